/** As many clients at once as a server of this kind should hold. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { connect, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { startHandoff, UNCOVERED, type ServerProcess } from '../support/handoff.js';
import type { Cleanup } from '../support/server.js';

/** Beside those of the clients. */
const OTHER_DESCRIPTORS = 200;
/** A client thread takes three descriptors and some 9 MB. */
const DESCRIPTORS_PER_THREAD = 4;
const BYTES_PER_THREAD = 12e6;
const CONNECTING = 200;

describe('many clients at once', { timeout: 180_000 }, () => {
  it('are served on the event loop: 8,000', async (t) => {
    await serveAtOnce(t, 8000, 8000 + OTHER_DESCRIPTORS, ['--model', 'event-loop']);
  });

  it('are served on threads: 1,000', async (t) => {
    const clients = 1000;
    const neededBytes = clients * BYTES_PER_THREAD;
    if (freemem() < neededBytes) {
      t.skip(`needs ${neededBytes / 1e9} GB of free memory`);
      return;
    }
    const descriptors = clients * DESCRIPTORS_PER_THREAD + OTHER_DESCRIPTORS;
    await serveAtOnce(t, clients, descriptors, ['--threads', String(clients)]);
  });
});

async function serveAtOnce(
  t: TestContext,
  count: number,
  descriptors: number,
  args: readonly string[],
): Promise<void> {
  const most = mostDescriptors();
  if (most < descriptors) {
    t.skip(`needs ${descriptors} descriptors, and RLIMIT_NOFILE allows ${most}`);
    return;
  }
  const surroundings = { ...UNCOVERED, descriptors };
  const server = await startHandoff(t, ['echo', '--queue', '9999', ...args], surroundings);
  const clients: Caller[] = [];
  while (clients.length < count) {
    const some = Array.from({ length: CONNECTING }, () => Caller.connect(t, server));
    clients.push(...(await Promise.all(some)));
  }
  // All are connected before the first is served to its end.
  await Promise.all(clients.map((client, index) => client.ask(`I am ${index}\n`)));
  for (const client of clients) client.end();
  await server.log.count('closed', count);
  for (const { reason } of server.log.of('closed')) assert.equal(reason, 'end');
  for (const { level, msg } of server.log.all) assert.equal(level, 'info', msg);
}

/** Waits as long as the test: threads start one after the other. */
class Caller {
  readonly #socket: Socket;
  #answer = '';

  static connect(t: Cleanup, { address }: ServerProcess): Promise<Caller> {
    return new Promise((resolve, reject) => {
      const socket = connect(address as { port: number });
      t.after(() => void socket.destroy());
      socket.once('connect', () => resolve(new Caller(socket))).once('error', reject);
    });
  }

  constructor(socket: Socket) {
    this.#socket = socket.setEncoding('utf8');
  }

  /** Resolves when the question has come back. */
  ask(question: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.on('data', (text: string) => {
        this.#answer += text;
        if (this.#answer === question) resolve();
      });
      this.#socket.once('close', () => reject(new Error(`closed after ${this.#answer}`)));
      this.#socket.write(question);
    });
  }

  end(): void {
    this.#socket.end();
  }
}

/** The hard limit of this process, to which Node raises the soft one. */
function mostDescriptors(): number {
  const [, hard] =
    /^Max open files +\d+ +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return Number(hard ?? Infinity);
}
