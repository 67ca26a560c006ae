/**
 * Clients that all connect at once, each with one request: when each was connected, and when it was answered.
 *
 * Runs in the runner's process, on plain sockets: what it times is seconds that the kernel lets somebody wait, not
 * microseconds. A client that is through resets its connection, since thousands in TIME_WAIT would use up the ports.
 */
import { connect, type Socket } from 'node:net';
import { monotonicMs } from '../../src/base/clock.js';

/** One client, on monotonicMs's clock. */
export interface Attempt {
  connectedAtMs?: number;
  answeredAtMs?: number;
  /** The code of what went wrong, or what was wrong with the answer. */
  failed?: string;
}

export class BacklogClients {
  readonly visits: readonly Attempt[];
  /** Resolves when every client has been answered or has failed. */
  readonly done: Promise<void>;
  readonly #sockets: readonly Socket[];

  /** To an echo server at 127.0.0.1. */
  constructor(port: number, clients: number) {
    this.visits = Array.from({ length: clients }, () => ({}));
    let left = clients;
    let settle = (): void => undefined;
    this.done = new Promise((resolve) => (settle = resolve));
    this.#sockets = this.visits.map((visit, client) =>
      come(port, visit, `this is client ${client}\n`, () => {
        left -= 1;
        if (left === 0) settle();
      }),
    );
  }

  /** How many of them the kernel has connected so far. */
  get connected(): number {
    return this.visits.filter(({ connectedAtMs }) => connectedAtMs !== undefined).length;
  }

  leave(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }
}

function come(port: number, visit: Attempt, request: string, through: () => void): Socket {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  let answer = '';
  socket.setEncoding('latin1');
  socket.once('connect', () => {
    visit.connectedAtMs = monotonicMs();
    socket.write(request);
  });
  socket.on('data', (text: string) => {
    answer += text;
    if (answer.length < request.length) return;
    if (answer === request) visit.answeredAtMs = monotonicMs();
    else visit.failed = 'wrong bytes';
    socket.resetAndDestroy();
  });
  socket.once('end', () => {
    if (visit.answeredAtMs === undefined) visit.failed ??= 'closed early';
  });
  socket.once('error', (error: NodeJS.ErrnoException) => (visit.failed ??= error.code ?? error.message));
  socket.once('close', through);
  return socket;
}
