/**
 * Clients that all connect at once with one request each, and record when they were connected and
 * when answered. For backlog.ts.
 *
 * They run in the runner's process on plain sockets, because waits in the kernel take seconds, not
 * microseconds. Each client resets its connection at the end: thousands in TIME_WAIT would exhaust
 * the ports.
 */
import { connect, type Socket } from 'node:net';
import { monotonicMs } from '../../src/base/clock.js';

/** The attempt of one client; times are from monotonicMs. */
export interface Attempt {
  connectedAtMs?: number;
  answeredAtMs?: number;
  /** The code of an error, or the fault of the answer. */
  failed?: string;
}

export class BacklogClients {
  readonly attempts: readonly Attempt[];
  /** Resolves when every client has its answer or has failed; never rejects. */
  readonly done: Promise<void>;
  readonly #sockets: readonly Socket[];

  /** Connects all clients to an echo server at 127.0.0.1. */
  constructor(port: number, clients: number) {
    this.attempts = Array.from({ length: clients }, () => ({}));
    let left = clients;
    let settle = (): void => undefined;
    this.done = new Promise((resolve) => (settle = resolve));
    this.#sockets = this.attempts.map((attempt, client) =>
      connectOnce(port, attempt, `this is client ${client}\n`, () => {
        left -= 1;
        if (left === 0) settle();
      }),
    );
  }

  /** The number of clients that the kernel has connected so far. */
  get connected(): number {
    return this.attempts.filter(({ connectedAtMs }) => connectedAtMs !== undefined).length;
  }

  close(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }
}

function connectOnce(port: number, attempt: Attempt, request: string, onClose: () => void): Socket {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  let answer = '';
  socket.setEncoding('latin1');
  socket.once('connect', () => {
    attempt.connectedAtMs = monotonicMs();
    socket.write(request);
  });
  socket.on('data', (text: string) => {
    answer += text;
    if (answer.length < request.length) return;
    if (answer === request) attempt.answeredAtMs = monotonicMs();
    else attempt.failed = 'wrong bytes';
    socket.resetAndDestroy();
  });
  socket.once('end', () => {
    if (attempt.answeredAtMs === undefined) attempt.failed ??= 'closed early';
  });
  socket.once(
    'error',
    (error: NodeJS.ErrnoException) => (attempt.failed ??= error.code ?? error.message),
  );
  socket.once('close', onClose);
  return socket;
}
