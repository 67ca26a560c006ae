/**
 * Servers for tests: in the test's own process, on a free port, stopped when the test ends.
 *
 *     it('…', async (t) => { const server = await startServer(t, { service: 'date', model }); … })
 *     describe('…', () => { const server = sharedServer({ service: 'date', model }); it(…); it(…); })
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { AcceptorSettings } from '../../src/serving/host.js';
import type { ListenAddress } from '../../src/serving/listen-address.js';
import type { LogLevel } from '../../src/log/log.js';
import type { ServerSettings, ThreadSettings, TlsSettings } from '../../src/serving/host.js';
import { threadsAccept } from '../../src/serving/hand-off.js';
import { NO_DEADLINES, type Deadlines } from '../../src/connection/deadlines.js';
import type { HandOffWay, ModelName } from '../../src/serving/host.js';
import { Server } from '../../src/server/server.js';
import { findService } from '../../src/services/catalogue.js';
import { LONGEST_LOOP_LAG_MS } from './environment.js';
import { DEFAULT_OPTIONS } from './service-options.js';
import type { ServiceOptions } from '../../src/services/service.js';
import { eventually } from './eventually.js';
import { MOST_WORKERS } from './models.js';
import { linesOfFile, type LogLine } from './log-lines.js';

/** The settings of a test; the others have defaults for a small, quiet server. */
interface TestSettings {
  readonly model: ModelName;
  /** A name from the catalogue or the path of a module. */
  readonly service: string;
  readonly address: ListenAddress;
  readonly options: Partial<ServiceOptions>;
  readonly acceptor: Partial<AcceptorSettings>;
  readonly threads: Partial<ThreadSettings>;
  readonly handOff: HandOffWay | undefined;
  readonly idleMs: number;
  /** Those that are not named are disabled. */
  readonly deadlines: Partial<Deadlines>;
  readonly graceMs: number;
  readonly maxBufferBytes: number;
  readonly loopLagMs: number;
  readonly adminPath: string;
  readonly tls: TlsSettings;
  readonly metricsAddress: ServerSettings['metricsAddress'];
  readonly heartbeatMs: number;
  /** At other levels than `silent`, the log goes to a file that {@link RunningServer.log} reads. */
  readonly logLevel: LogLevel;
}

/** Where clean-ups are registered: a test's context. */
export interface Cleanup {
  after(clean: () => void | Promise<void>): void;
}

export interface RunningServer {
  readonly server: Server;
  /** The address for clients. */
  readonly address: ListenAddress;
  readonly port: number;
  /** The lines logged so far. */
  log(): LogLine[];
  /** Waits for the first log line with that message and these fields. */
  logLine(msg: string, fields?: Readonly<Record<string, unknown>>): Promise<LogLine>;
  /** May be called repeatedly; also called when the test ends. */
  stop(): Promise<void>;
}

export async function startServer(
  t: Cleanup,
  settings: Partial<TestSettings> = {},
): Promise<RunningServer> {
  const running = await start(settings);
  t.after(() => running.stop());
  return running;
}

/**
 * One server for all tests of the surrounding describe. Its properties exist from the first test
 * on.
 */
export function sharedServer(settings: Partial<TestSettings> = {}): RunningServer {
  let running: RunningServer | undefined;
  before(async () => {
    running = await start(settings);
  });
  after(() => running?.stop());
  const started = () => {
    if (running) return running;
    throw new Error('the server is started before the first test, not before');
  };
  return {
    get server() {
      return started().server;
    },
    get address() {
      return started().address;
    },
    get port() {
      return started().port;
    },
    log: () => started().log(),
    logLine: (msg, fields) => started().logLine(msg, fields),
    stop: () => started().stop(),
  };
}

async function start(settings: Partial<TestSettings>): Promise<RunningServer> {
  const { model = 'event-loop', logLevel = 'silent', idleMs = 0, graceMs = 5000 } = settings;
  const address = settings.address ?? { host: '127.0.0.1', port: 0 };
  const service = findService(settings.service ?? 'echo');
  if (!service) throw new Error(`no service ${settings.service ?? ''}`);
  const folder = logLevel === 'silent' ? undefined : mkdtempSync(join(tmpdir(), 'handoff-log-'));
  const file = folder === undefined ? undefined : join(folder, 'log');
  const server = await Server.start({
    service,
    model,
    address,
    serviceOptions: { ...DEFAULT_OPTIONS, ...settings.options },
    acceptor: { overflow: 'queue', queueLimit: 100, ...settings.acceptor },
    threads: threadsFor(model, {
      most: threadsAccept(settings.handOff) ? MOST_ACCEPTING : 8,
      warm: 0,
      memoryMb: 64,
      handOff: settings.handOff,
      ...settings.threads,
    }),
    idleMs,
    maxBufferBytes: settings.maxBufferBytes ?? 256 * 1024 * 1024,
    deadlines: { ...NO_DEADLINES, ...settings.deadlines },
    loopLagMs: settings.loopLagMs ?? LONGEST_LOOP_LAG_MS,
    graceMs,
    log: { level: logLevel, file, connections: true },
    adminPath: settings.adminPath,
    tls: settings.tls,
    metricsAddress: settings.metricsAddress,
    heartbeatMs: settings.heartbeatMs ?? 0,
  });
  const log = file === undefined ? () => [] : linesOfFile(file);
  let stopping: Promise<void> | undefined;
  return {
    server,
    address: 'path' in address ? address : { ...address, port: server.port },
    port: server.port,
    log,
    logLine: (msg, fields = {}) =>
      eventually(`the log line ${JSON.stringify({ msg, ...fields })}`, () =>
        log().find((line) => line.msg === msg && hasFields(line, fields)),
      ),
    stop: () =>
      (stopping ??= server.stop('the test is over').finally(() => {
        if (folder !== undefined) rmSync(folder, { recursive: true });
      })),
  };
}

/** Threads that accept for themselves all start with the server, each in some 80 ms of CPU time. */
const MOST_ACCEPTING = 2;

/** A worker has many clients: a test that needs many threads for them does not need many workers. */
function threadsFor(model: ModelName, threads: ThreadSettings): ThreadSettings {
  if (model !== 'worker-event-loops') return threads;
  return { ...threads, most: Math.min(threads.most, MOST_WORKERS) };
}

function hasFields(line: LogLine, fields: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(fields).every(([field, value]) => line[field] === value);
}
