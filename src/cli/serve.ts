/** `handoff serve`: starts a server and runs it until a signal stops it. Read server/server.ts next. */
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { SingleBar } from 'cli-progress';
import type { Argv } from 'yargs';
import { UsageError } from '../base/errors.js';
import { waitForLogReader } from '../log/stdout-pipe.js';
import { LOG_LEVELS } from '../log/log.js';
import { MODEL_NAMES } from '../models/registry.js';
import type { ServerSettings } from '../serving/host.js';
import { DATAGRAM_SERVICES, findService, listServices, portOf } from '../services/catalogue.js';
import { DIALECTS } from '../services/service.js';
import { stopOnSignals } from '../server/shutdown.js';
import type { ArgumentsOf, Command } from './command.js';
import { socketPath, text, wholeNumber, withSettings } from './options.js';

const options = {
  model: {
    choices: MODEL_NAMES,
    default: 'thread-per-client',
    requiresArg: true,
    describe: 'how clients are served',
  },
  host: { ...text('host'), default: '127.0.0.1', describe: 'address to listen on' },
  port: { ...wholeNumber('port', 0, 65_535), describe: "0: any free one (default: the service's own)" },
  transport: {
    choices: ['tcp', 'udp'] as const,
    default: 'tcp',
    requiresArg: true,
    describe: `udp: each datagram is a message (${DATAGRAM_SERVICES.join(', ')})`,
  },
  socket: { ...socketPath('socket'), describe: 'listen on a Unix-domain socket at this path instead' },
  threads: { ...wholeNumber('threads', 1, 4096), default: '64', describe: 'most client threads at once' },
  warm: { ...wholeNumber('warm', 0, 4096), default: '0', describe: 'client threads to start beforehand' },
  'thread-memory': {
    ...wholeNumber('thread-memory', 8, 4096),
    default: '64',
    describe: 'heap limit of a thread, in MB',
  },
  overflow: {
    choices: ['queue', 'refuse'] as const,
    default: 'queue',
    requiresArg: true,
    describe: 'what becomes of a client that nobody can serve at the moment',
  },
  queue: {
    ...wholeNumber('queue', 0, 1_000_000),
    default: '4096',
    describe: 'how many clients may wait; more are refused',
  },
  grace: {
    ...wholeNumber('grace', 0, 600_000),
    default: '5000',
    describe: 'on a stop, ms for answers in the making',
  },
  'idle-timeout': {
    ...wholeNumber('idle-timeout', 0, 86_400_000),
    default: '0',
    describe: 'give up a client that says nothing for so many ms, or does not read; 0: never',
  },
  'log-file': { ...text('log-file'), describe: 'append the log to a file (default: standard output)' },
  'log-level': {
    choices: LOG_LEVELS,
    default: 'info',
    requiresArg: true,
    describe: 'debug has a line for each message',
  },
  'log-connections': { type: 'boolean', default: true, describe: 'log accepted, queued, refused and closed' },
  admin: {
    ...socketPath('admin'),
    describe: 'open a Unix-domain socket at this path, on which handoff watch sees what the server does',
  },
  once: { type: 'boolean', default: false, describe: 'echo: one message, then close' },
  framing: {
    choices: ['line', 'chunk'] as const,
    default: 'line',
    requiresArg: true,
    describe: 'line services: what a message is',
  },
  'max-pause': {
    ...wholeNumber('max-pause', 0, 60_000),
    default: '1000',
    describe: 'count: ms its pauses stay below',
  },
  dialect: {
    choices: DIALECTS,
    default: 'exercise',
    requiresArg: true,
    describe: "chat: the exercise's protocol, or that of the tutorial's clients (port 11826)",
  },
  store: { ...text('store'), default: 'quiz.sqlite', describe: 'quiz: file of accounts, scores and games' },
  questions: { ...text('questions'), describe: "quiz: a JSON file of questions (default: the quiz's own)" },
  root: { ...text('root'), default: '.', describe: 'web: folder of the files to serve' },
} as const;

function builder(command: Argv) {
  return withSettings(command, Object.keys(options))
    .positional('service', {
      type: 'string',
      demandOption: true,
      describe: "a service's name (see handoff services) or the path of your own module, such as ./mine.js",
    })
    .options(options)
    .conflicts('socket', 'port')
    .example('$0 serve echo', 'a thread for each client, port 9000')
    .example('$0 serve count --model iterative', 'one client after the other')
    .example('$0 serve echo --threads 2 --overflow refuse', 'the third client is turned away')
    .example('$0 serve work --warm 8 | npx pino-pretty', 'threads started beforehand, a log to read');
}

type Arguments = ArgumentsOf<typeof builder>;

export const serveCommand: Command<Arguments> = {
  builder,
  async handler(args) {
    const settings = settingsFrom(args);
    if (settings.log.file === undefined) await waitForLogReader();
    if (settings.model === 'thread-per-client' && settings.threads.most > MANY_THREADS) exposeGc();
    const bar = await warmUpBar(settings.threads.warm);
    const onWarm = (started: number) => bar?.update(started);
    const server = await loadServer(args.transport);
    const starting = server.start({ ...settings, threads: { ...settings.threads, onWarm } });
    await stopOnSignals(
      starting.finally(() => bar?.stop()),
      settings.graceMs,
    );
  },
};

/**
 * Above how many threads their memory matters more than how fast they start. With any non-default flag V8 passes
 * over Node's code cache, which holds much that a client thread never runs: with 100 threads 8.5 MB each instead of
 * 9.1, and 6 ms of processor time more to start. This flag also lets a thread collect its garbage from starting: 8.4 MB.
 */
const MANY_THREADS = 128;

/** Sets a flag of V8 for the whole process: here, where the process is this server's, and before it has threads. */
function exposeGc(): void {
  setFlagsFromString('--expose-gc');
}

async function loadServer(transport: Arguments['transport']) {
  if (transport === 'udp') return (await import('../datagrams/server.js')).DatagramServer;
  return (await import('../server/server.js')).Server;
}

function settingsFrom(args: Arguments): ServerSettings {
  const service = findService(args.service);
  if (!service) {
    const names = listServices().map(({ name }) => name);
    throw new UsageError(
      `there is no service ${JSON.stringify(args.service)}; there are ${names.join(', ')}`,
    );
  }
  if (args.warm > args.threads)
    throw new UsageError(`--warm ${args.warm} is more than --threads ${args.threads}`);
  if (args.admin !== undefined && args.transport === 'udp')
    throw new UsageError('--admin shows connections, and --transport udp has none');
  return {
    service,
    serviceOptions: {
      once: args.once,
      framing: args.framing,
      maxPauseMs: args['max-pause'],
      dialect: args.dialect,
      store: args.store === ':memory:' ? args.store : resolve(args.store),
      questions: args.questions === undefined ? undefined : resolve(args.questions),
      root: resolve(args.root),
    },
    model: args.model,
    address:
      args.socket === undefined
        ? { host: args.host, port: args.port ?? portOf(service, args.dialect) }
        : { path: args.socket },
    acceptor: { overflow: args.overflow, queueLimit: args.queue },
    threads: { most: args.threads, warm: args.warm, memoryMb: args['thread-memory'] },
    idleMs: args['idle-timeout'],
    graceMs: args.grace,
    log: {
      level: args['log-level'],
      file: args['log-file'] === undefined ? undefined : resolve(args['log-file']),
      connections: args['log-connections'],
    },
    adminPath: args.admin,
  };
}

/** Threads come up at some 50 a second: worth showing from here on, where somebody watches. */
const THREADS_FOR_A_BAR = 16;

async function warmUpBar(warm: number): Promise<SingleBar | undefined> {
  if (warm < THREADS_FOR_A_BAR || !process.stderr.isTTY) return undefined;
  const { SingleBar } = await import('cli-progress');
  const bar = new SingleBar({
    format: 'starting threads {bar} {value}/{total}',
    stream: process.stderr,
    linewrap: true,
  });
  bar.start(warm, 0);
  return bar;
}
