/**
 * Servers for datagrams and scripted clients, for tests; the counterparts of server.ts and
 * client.ts.
 */
import { LONGEST_LOOP_LAG_MS } from './environment.js';
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { lookup } from 'node:dns/promises';
import { isIP, isIPv6 } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatagramServer } from '../../src/datagrams/server.js';
import type { ModelName } from '../../src/serving/host.js';
import { findService } from '../../src/services/catalogue.js';
import type { Bytes } from './client.js';
import { eventually, PATIENCE_MS } from './eventually.js';
import { linesOfFile, type LogLine } from './log-lines.js';
import type { Cleanup } from './server.js';
import { DEFAULT_OPTIONS } from './service-options.js';

interface Settings {
  readonly model: ModelName;
  /** A name from the catalogue or the path of a module. */
  readonly service: string;
  readonly host: string;
  readonly queueLimit: number;
  readonly idleMs: number;
  readonly graceMs: number;
}

interface RunningDatagramServer {
  readonly server: DatagramServer;
  readonly host: string;
  /** The resolved address of a host name. */
  readonly address: string;
  readonly port: number;
  log(): LogLine[];
  logLine(msg: string): Promise<LogLine>;
  /** Stops the server, and returns the log line with the totals. */
  stop(): Promise<LogLine>;
}

/**
 * Starts a server in the test's process, on a free port, with its full log. It stops when the test
 * ends.
 */
export async function startDatagrams(
  t: Cleanup,
  {
    model = 'event-loop',
    service: name = 'echo',
    host = '127.0.0.1',
    ...settings
  }: Partial<Settings> = {},
): Promise<RunningDatagramServer> {
  const service = findService(name);
  assert.ok(service, `no service ${name}`);
  const folder = mkdtempSync(join(tmpdir(), 'handoff-log-'));
  const file = join(folder, 'log');
  const server = await DatagramServer.start({
    service,
    model,
    address: { host, port: 0 },
    serviceOptions: DEFAULT_OPTIONS,
    acceptor: { overflow: 'queue', queueLimit: settings.queueLimit ?? 1000 },
    threads: { most: 2, warm: 0, memoryMb: 64 },
    idleMs: settings.idleMs ?? 0,
    loopLagMs: LONGEST_LOOP_LAG_MS,
    maxBufferBytes: 256 * 1024 * 1024,
    graceMs: settings.graceMs ?? 5000,
    log: { level: 'debug', file, connections: true },
  });
  t.after(async () => {
    await server.stop('the test is over');
    rmSync(folder, { recursive: true });
  });
  const log = linesOfFile(file);
  const logLine = (msg: string) =>
    eventually(`the log line ${msg}`, () => log().find((line) => line.msg === msg));
  return {
    server,
    host,
    address: isIP(host) ? host : (await lookup(host)).address,
    port: server.port,
    log,
    logLine,
    async stop() {
      await server.stop('test');
      return logLine('datagrams');
    },
  };
}

/** A socket with its own address, connected to the server's: it receives nothing from elsewhere. */
export async function datagramClient(
  t: Cleanup,
  { host, port }: { readonly host: string; readonly port: number },
  localPort = 0,
): Promise<DatagramClient> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  t.after(() => {
    if (!closed.now) socket.close();
  });
  const closed = { now: false };
  socket.once('close', () => (closed.now = true));
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(localPort, host, resolve);
  });
  socket.connect(port, host);
  await once(socket, 'connect');
  return new DatagramClient(socket);
}

/** How long to listen where nothing else can prove silence, in milliseconds. */
const SILENCE_MS = 50;

export class DatagramClient {
  readonly #socket: Socket;
  readonly #received: Buffer[] = [];
  readonly #waiting: ((message: Buffer) => void)[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (message) => {
      const taker = this.#waiting.shift();
      if (taker) taker(message);
      else this.#received.push(message);
    });
    // The server has gone: the caller that waits in vain reports it.
    socket.on('error', () => undefined);
  }

  get localPort(): number {
    return this.#socket.address().port;
  }

  send(message: Bytes): void {
    this.#socket.send(message);
  }

  /** Receives the next datagram. */
  async receive(): Promise<Buffer> {
    const ready = this.#received.shift();
    if (ready) return ready;
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(
        () => reject(new assert.AssertionError({ message: 'in vain waited for a datagram' })),
        PATIENCE_MS,
      );
      this.#waiting.push((message) => {
        clearTimeout(deadline);
        resolve(message);
      });
    });
  }

  /** Asserts that the next datagram is this one. */
  async expect(expected: Bytes): Promise<void> {
    const received = await this.receive();
    assert.equal(received.toString('latin1'), Buffer.from(expected).toString('latin1'));
  }

  async ask(message: Bytes): Promise<string> {
    this.send(message);
    return (await this.receive()).toString();
  }

  /**
   * Sends, and asserts that the answer is the next thing to arrive: nothing was on its way before.
   */
  async exchange(message: Bytes, answer: Bytes): Promise<void> {
    this.send(message);
    await this.expect(answer);
  }

  close(): void {
    this.#socket.close();
  }

  /** Asserts that an answer has come before the one that the test awaited last. */
  expectSomethingAlready(): void {
    assert.ok(this.#received.length > 0);
  }

  /** Asserts that nothing has come, and nothing comes for a while. Prefer {@link exchange}. */
  async expectSilence(): Promise<void> {
    await sleep(SILENCE_MS);
    assert.deepEqual(this.#received.map(String), []);
  }
}
