/**
 * Many clients at once. THREADS sets how many of those on threads have a thread at a time, 100 by
 * default: a thousand take a minute to start on two processors.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { connect, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { startHandoff, type ServerProcess } from '../support/handoff.js';
import type { Cleanup } from '../support/server.js';

/** Beside those of the clients. */
const OTHER_DESCRIPTORS = 200;
const THREADS = Number(process.env['THREADS'] ?? 100);
/** What a client thread takes, and its client. */
const DESCRIPTORS_PER_THREAD = 6;
const BYTES_PER_THREAD = 12e6;
const CONNECTING = 200;

describe('many clients at once', { timeout: 180_000 }, () => {
  it('are served on the event loop: 8,000', async (t) => {
    await serveAtOnce(t, 8000, 8000 + OTHER_DESCRIPTORS, ['--model', 'event-loop']);
  });

  it('are served on the event loops of two workers: 10,000', async (t) => {
    // Main keeps its descriptor until the worker has its own.
    const descriptors = 10_000 + CONNECTING + OTHER_DESCRIPTORS;
    await serveAtOnce(t, 10_000, descriptors, ['--model', 'worker-event-loops', '--workers', '2']);
  });

  it(`are served on threads: 1,000, of which ${THREADS} at a time`, async (t) => {
    const neededBytes = THREADS * BYTES_PER_THREAD;
    if (freemem() < neededBytes) {
      t.skip(`needs ${neededBytes / 1e9} GB of free memory`);
      return;
    }
    const descriptors = 1000 + THREADS * DESCRIPTORS_PER_THREAD + OTHER_DESCRIPTORS;
    await serveAtOnce(t, 1000, descriptors, ['--threads', String(THREADS), '--queue', '9999']);
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
  const surroundings = { descriptors };
  const server = await startHandoff(t, ['echo', ...args], surroundings);
  const clients: Caller[] = [];
  while (clients.length < count) {
    const some = Array.from({ length: CONNECTING }, () => Caller.connect(t, server));
    clients.push(...(await Promise.all(some)));
  }
  // A thousand wait for less than a thousand threads, so each leaves when it is served.
  const leaves = args.includes('--threads');
  await Promise.all(
    clients.map(async (client, index) => {
      await client.ask(`I am ${index}\n`);
      if (leaves) client.end();
    }),
  );
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
