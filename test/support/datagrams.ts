/** Servers for datagrams and scripted clients of them, for tests; the counterparts of server.ts and client.ts. */
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
  /** Of a host that is a name. */
  readonly address: string;
  readonly port: number;
  log(): LogLine[];
  logLine(msg: string): Promise<LogLine>;
  /** Stops it, and says what its log tells of all its datagrams. */
  stop(): Promise<LogLine>;
}

/** In the test's own process, on a free port, with all its log; stopped when the test is over. */
export async function startDatagrams(
  t: Cleanup,
  { model = 'event-loop', service: name = 'echo', host = '127.0.0.1', ...settings }: Partial<Settings> = {},
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

/** A socket with an address of its own, connected to the server's: nothing from elsewhere reaches it. */
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

/** Where nothing else can prove silence, so long is listened for. */
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
    // The server is gone: that nothing comes is told by whoever waits for it.
    socket.on('error', () => undefined);
  }

  send(message: Bytes): void {
    this.#socket.send(message);
  }

  /** The next datagram. */
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

  /** The next datagram is exactly this. */
  async expect(expected: Bytes): Promise<void> {
    const received = await this.receive();
    assert.equal(received.toString('latin1'), Buffer.from(expected).toString('latin1'));
  }

  async ask(message: Bytes): Promise<string> {
    this.send(message);
    return (await this.receive()).toString();
  }

  /** Sends, and the answer is the first thing that comes: so nothing had been on its way before. */
  async exchange(message: Bytes, answer: Bytes): Promise<void> {
    this.send(message);
    await this.expect(answer);
  }

  close(): void {
    this.#socket.close();
  }

  /** Its answer has come before what the test has waited for last. */
  expectSomethingAlready(): void {
    assert.ok(this.#received.length > 0);
  }

  /** Nothing has come, and nothing comes for a while. Prefer {@link exchange}. */
  async expectSilence(): Promise<void> {
    await sleep(SILENCE_MS);
    assert.deepEqual(this.#received.map(String), []);
  }
}
