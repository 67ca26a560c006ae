/**
 * `handoff serve`: starts a server and runs it until a signal stops it. Main thread of the server's
 * process. Read ../server/server.ts next.
 */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { SingleBar } from 'cli-progress';
import type { Argv } from 'yargs';
import { UsageError } from '../base/errors.js';
import { writeOut } from '../base/output.js';
import { printable } from '../base/printable.js';
import { FULL_POLICIES } from '../log/open-output.js';
import type { ReadableStyle } from '../log/readable.js';
import { prepareOutput } from '../log/stdout-pipe.js';
import { LOG_LEVELS } from '../log/log.js';
import { MODEL_NAMES } from '../models/registry.js';
import { HAND_OFF_WAYS, handOffs, threadsAccept } from '../serving/hand-off.js';
import type { HandOffWay, ServerSettings, TlsSettings } from '../serving/host.js';
import { DATAGRAM_SERVICES, isOwn, portOf } from '../services/catalogue.js';
import { DIALECTS, FRAMINGS } from '../services/service.js';
import { POLICY_NAMES } from '../threads/loops/policies.js';
import { runUntilSignal } from '../server/shutdown.js';
import type { ArgumentsOf, Command } from './command.js';
import { checkEffects } from './effects.js';
import { howToConnect } from './how-to-connect.js';
import {
  hostAndPort,
  socketPath,
  text,
  typedSettings,
  wholeNumber,
  withSettings,
  type OptionSources,
} from './options.js';
import { inGroups } from './serve-groups.js';
import { serviceNamed } from './service-named.js';

/** Defaults of --thread-memory. A worker has the memory of many clients. */
const CLIENT_THREAD_MB = 64;
const WORKER_MB = 2048;

const options = {
  model: {
    choices: MODEL_NAMES,
    default: 'thread-per-client',
    requiresArg: true,
    describe: 'server model',
  },
  host: { ...text('host'), default: '127.0.0.1', describe: 'host name or IP address to listen on' },
  port: {
    ...wholeNumber('port', 0, 65_535),
    describe: "port to listen on; 0 is any free port (default: the service's port)",
  },
  transport: {
    choices: ['tcp', 'udp'] as const,
    default: 'tcp',
    requiresArg: true,
    describe: `udp: each datagram is one message; only for ${DATAGRAM_SERVICES.join(', ')}`,
  },
  socket: {
    ...socketPath('socket'),
    describe: 'path of a Unix-domain socket to listen on, instead of host and port',
  },
  threads: {
    ...wholeNumber('threads', 1, 4096),
    default: 64,
    describe: 'maximum number of client threads',
  },
  handoff: {
    choices: HAND_OFF_WAYS,
    requiresArg: true,
    describe: 'how a client gets to its thread (default: lend; worker-event-loops: duplicate)',
  },
  warm: {
    ...wholeNumber('warm', 0, 4096),
    default: 0,
    describe: 'number of client threads to start before the first client',
  },
  workers: {
    ...wholeNumber('workers', 1, 256),
    default: availableParallelism(),
    defaultDescription: "this machine's cores",
    describe: 'worker-event-loops: number of workers, each with an event loop',
  },
  policy: {
    choices: POLICY_NAMES,
    default: 'round-robin',
    requiresArg: true,
    describe: 'worker-event-loops: which worker gets the next client',
  },
  'thread-memory': {
    ...wholeNumber('thread-memory', 8, 16_384),
    describe: `heap limit of a client thread in MB (default: ${CLIENT_THREAD_MB}; of a worker: ${WORKER_MB})`,
  },
  overflow: {
    choices: ['queue', 'refuse'] as const,
    default: 'queue',
    requiresArg: true,
    describe: 'queue: a client without a free thread waits; refuse: it gets an error line',
  },
  queue: {
    ...wholeNumber('queue', 0, 1_000_000),
    default: 4096,
    describe: 'maximum number of waiting clients; the server refuses more',
  },
  grace: {
    ...wholeNumber('grace', 0, 600_000),
    default: 5000,
    describe: 'grace period in ms: how long a stop waits for unfinished answers',
  },
  'max-buffer': {
    ...wholeNumber('max-buffer', 1, 1_048_576),
    default: 256,
    describe:
      'memory in MB for output that all clients together leave unread; ' +
      'above it, the client with the most is closed',
  },
  'datagram-rate': {
    ...wholeNumber('datagram-rate', 0, 10_000_000),
    default: 10_000,
    describe: 'udp: maximum number of datagrams of one address in a second; 0 disables the limit',
  },
  'loop-lag': {
    ...wholeNumber('loop-lag', 1, 3_600_000),
    default: 50,
    describe: "how long main's loop may not turn, in ms, before a line says who held it",
  },
  'idle-timeout': {
    ...wholeNumber('idle-timeout', 0, 86_400_000),
    default: 0,
    describe:
      'idle timeout in ms; 0 disables it. Closes a client that sends nothing while the service waits for it, ' +
      'or stops reading its answer',
  },
  'login-deadline': {
    ...wholeNumber('login-deadline', 0, 86_400_000),
    default: 120_000,
    describe: 'time to say who one is in ms; 0 disables it. chat, quiz, tictactoe, count',
  },
  'line-deadline': {
    ...wholeNumber('line-deadline', 0, 86_400_000),
    default: 60_000,
    describe: 'time from the first byte of a line to its end in ms; 0 disables it',
  },
  'request-deadline': {
    ...wholeNumber('request-deadline', 0, 86_400_000),
    default: 60_000,
    describe: 'web: time from the first byte of a request to its last in ms; 0 disables it',
  },
  'send-deadline': {
    ...wholeNumber('send-deadline', 0, 86_400_000),
    default: 60_000,
    describe: 'time in ms that a client may take to read 64 KiB of an answer; 0 disables it',
  },
  'task-limit': {
    ...wholeNumber('task-limit', 0, 86_400_000),
    default: 0,
    describe:
      'processor time in ms that a client thread may compute for without using its connection; 0 disables it',
  },
  'log-file': {
    ...text('log-file'),
    describe: 'file that the log is appended to (default: standard output)',
  },
  'log-full': {
    choices: FULL_POLICIES,
    default: 'block',
    requiresArg: true,
    describe:
      'block: the server waits while the reader of the log falls behind; drop: lines are lost and counted',
  },
  'log-level': {
    choices: LOG_LEVELS,
    default: 'info',
    requiresArg: true,
    describe: 'lowest level that is logged; debug adds a line for each message',
  },
  'log-connections': {
    type: 'boolean',
    default: true,
    describe: 'log the lines accepted, queued, refused and closed',
  },
  'tls-cert': {
    ...text('tls-cert'),
    describe:
      'PEM file of the certificate: clients must use TLS; only for models on the main thread, not for udp',
  },
  'tls-key': { ...text('tls-key'), describe: "PEM file of the certificate's private key" },
  'tls-handshake': {
    ...wholeNumber('tls-handshake', 1, 600_000),
    default: 10_000,
    describe: 'handshake deadline in ms: how long a client may take to agree on TLS',
  },
  admin: {
    ...socketPath('admin'),
    describe:
      'path of a Unix-domain socket for handoff watch, /metrics and /healthz (default: none)',
  },
  metrics: {
    ...hostAndPort('metrics'),
    describe:
      'host:port for /metrics and /healthz over HTTP, without access control (default: none)',
  },
  heartbeat: {
    ...wholeNumber('heartbeat', 0, 86_400),
    default: 0,
    describe: 'time between two heartbeat lines in s; 0: none',
  },
  once: { type: 'boolean', default: false, describe: 'echo: close after the first message' },
  framing: {
    choices: FRAMINGS,
    default: 'line',
    requiresArg: true,
    describe:
      'line services: a message is a line, the chunk that one recv returns, or with auto a line or ' +
      'what 200 ms of silence follow',
  },
  goodbye: {
    ...wholeNumber('goodbye', 0, 86_400_000),
    default: 3000,
    describe: 'hello: time for a second message in ms, then the server says Goodbye; 0: no limit',
  },
  'max-pause': {
    ...wholeNumber('max-pause', 0, 60_000),
    default: 1000,
    describe: 'count: upper bound of its random pauses in ms',
  },
  dialect: {
    choices: DIALECTS,
    default: 'exercise',
    requiresArg: true,
    describe: "chat: exercise is the exercise's protocol, hii the tutorial's (port 11826)",
  },
  history: {
    ...wholeNumber('history', 0, 1000),
    default: 10,
    describe: 'chat: number of earlier messages that a new member of a room is shown',
  },
  store: {
    ...text('store'),
    default: 'quiz.sqlite',
    describe: 'quiz: database file of accounts, scores and games',
  },
  questions: {
    ...text('questions'),
    describe: 'quiz: JSON file of questions (default: the built-in questions)',
  },
  root: { ...text('root'), default: '.', describe: 'web: folder to serve' },
  'log-requests': {
    type: 'boolean',
    default: false,
    describe: 'web: log a line for each request',
  },
  watch: {
    type: 'boolean',
    default: false,
    describe: 'your own service: after a change of its file, serve the next client by the new code',
  },
} as const;

function builder(command: Argv, sources: OptionSources) {
  const described = withSettings(command, sources, options)
    .positional('service', {
      type: 'string',
      demandOption: true,
      describe:
        'name of a service (see handoff services), or the file of your own, such as mine.js',
    })
    .options(options);
  return inGroups(described)
    .check(({ service, ...chosen }) => {
      const typed = typedSettings(sources, options);
      checkEffects(typed, { ...chosen, service: serviceNamed(service) });
      return true;
    })
    .example('$0 serve echo', 'one thread per client, port 9000')
    .example('$0 serve count --model iterative', 'one client at a time')
    .example('$0 serve web --model worker-event-loops', 'an event loop on each core')
    .example('$0 serve echo --threads 2 --overflow refuse', 'refuses the third client')
    .example('$0 serve work --warm 8 | cat', 'starts 8 threads first; writes the log as JSON');
}

type Arguments = ArgumentsOf<typeof builder>;

export const serveCommand: Command<Arguments> = {
  builder,
  example: 'serve echo',
  async handler(args) {
    const settings = settingsFrom(args);
    if (settings.log.file === undefined) await prepareOutput(args['log-full']);
    if (settings.model === 'thread-per-client' && settings.threads.most > MANY_THREADS) exposeGc();
    const { warm, most, handOff } = settings.threads;
    const bar = await warmUpBar(threadsAccept(handOff) ? most : warm);
    const onWarm = (started: number) => bar?.update(started);
    const { address, adminPath, graceMs, log } = settings;
    const listening = 'path' in address ? address.path : undefined;
    const loading = loadServer(args.transport).then(
      (server) => () =>
        server
          .start({ ...settings, threads: { ...settings.threads, onWarm } })
          .finally(() => bar?.stop())
          .then(async (running) => {
            await suggest(args, settings, running.port);
            return running;
          }),
    );
    const socketPaths = [listening, adminPath].filter((path) => path !== undefined);
    await runUntilSignal(loading, { graceMs, log, socketPaths });
  },
};

/**
 * Number of client threads above which their memory matters more than their start time. With any
 * non-default flag, V8 ignores Node's code cache, most of which a client thread never runs. With
 * 100 threads, each then needs 8.5 MB instead of 9.1 MB, and 6 ms more processor time to start.
 * --expose-gc also lets a thread collect the garbage of its start, which leaves 8.4 MB.
 */
const MANY_THREADS = 128;

/**
 * Sets a V8 flag for the whole process. Only the command may do this, because the process is its
 * own; it must do so before the first thread starts.
 */
function exposeGc(): void {
  setFlagsFromString('--expose-gc');
}

/** The levels of the log at which a terminal shows that the server listens. */
const TALKATIVE: readonly string[] = ['info', 'debug'];

async function loadServer(transport: Arguments['transport']) {
  if (transport === 'udp') return (await import('../datagrams/server.js')).DatagramServer;
  return (await import('../server/server.js')).Server;
}

const BYTES_PER_MB = 1024 * 1024;

/** @throws UsageError on an unknown service, and on options that exclude each other */
function settingsFrom(args: Arguments): ServerSettings {
  const service = serviceNamed(args.service);
  if (args.watch && !isOwn(service))
    throw new UsageError(`--watch is for a service of your own; ${service.name} is built in`);
  if (args.warm > args.threads)
    throw new UsageError(`--warm ${args.warm} is more than --threads ${args.threads}`);
  if (args['task-limit'] > 0 && args.model !== 'thread-per-client')
    throw new UsageError(
      `--task-limit needs --model thread-per-client: under ${args.model} ` +
        (args.model === 'worker-event-loops'
          ? 'to end a thread is to end all of its clients'
          : 'the service runs on the main thread, which nothing can interrupt'),
    );
  if (args['task-limit'] > 0 && args.transport === 'udp')
    throw new UsageError('--task-limit cannot be used with --transport udp');
  if (args.admin !== undefined && args.transport === 'udp')
    throw new UsageError('--admin cannot be used with --transport udp, which has no connections');
  if (args.transport === 'udp' && (args.metrics !== undefined || args.heartbeat > 0)) {
    const option = args.metrics === undefined ? '--heartbeat' : '--metrics';
    throw new UsageError(`${option} cannot be used with --transport udp, which has no connections`);
  }
  return {
    service,
    serviceOptions: {
      once: args.once,
      framing: args.framing,
      goodbyeMs: args.goodbye,
      maxPauseMs: args['max-pause'],
      dialect: args.dialect,
      history: args.history,
      store: args.store === ':memory:' ? args.store : resolve(args.store),
      questions: args.questions === undefined ? undefined : resolve(args.questions),
      root: resolve(args.root),
      logRequests: args['log-requests'],
    },
    watch: args.watch,
    model: args.model,
    address:
      args.socket === undefined
        ? { host: args.host, port: args.port ?? portOf(service, args.dialect) }
        : { path: args.socket },
    acceptor: { overflow: args.overflow, queueLimit: args.queue },
    threads: {
      ...threadsFrom(args),
      handOff: handOffFrom(args),
      taskLimitMs: args['task-limit'],
    },
    idleMs: args['idle-timeout'],
    maxBufferBytes: args['max-buffer'] * BYTES_PER_MB,
    deadlines: {
      loginMs: args['login-deadline'],
      lineMs: args['line-deadline'],
      requestMs: args['request-deadline'],
      sendMs: args['send-deadline'],
    },
    loopLagMs: args['loop-lag'],
    graceMs: args.grace,
    log: {
      level: args['log-level'],
      file: args['log-file'] === undefined ? undefined : resolve(args['log-file']),
      connections: args['log-connections'],
      full: args['log-full'],
      readable: args['log-file'] === undefined ? readableStyle() : undefined,
    },
    datagramRate: args['datagram-rate'],
    adminPath: args.admin,
    metricsAddress: args.metrics,
    heartbeatMs: args.heartbeat * 1000,
    tls: tlsFrom(args),
  };
}

/** On a terminal that shows the log, says how to reach the server. */
async function suggest(
  { transport, 'log-level': level }: Arguments,
  settings: ServerSettings,
  port: number,
): Promise<void> {
  if (!process.stdout.isTTY || !TALKATIVE.includes(level)) return;
  await writeOut(printable(howToConnect({ ...settings, transport, port })));
}

/** How the log is written to a terminal; undefined: standard output is none, and gets JSON. */
function readableStyle(): ReadableStyle | undefined {
  if (!process.stdout.isTTY) return undefined;
  // Obeys NO_COLOR, FORCE_COLOR and TERM=dumb.
  return process.stdout.hasColors() ? 'coloured' : 'plain';
}

/** All workers start before the first client. */
function threadsFrom(args: Arguments) {
  const { model, workers, policy, threads, warm, 'thread-memory': memoryMb } = args;
  return model === 'worker-event-loops'
    ? { most: workers, warm: workers, policy, memoryMb: memoryMb ?? WORKER_MB }
    : { most: threads, warm, memoryMb: memoryMb ?? CLIENT_THREAD_MB };
}

/** The environment may name a way for other models: see effects.ts. */
function handOffFrom({ model, handoff }: Arguments): HandOffWay | undefined {
  return handoff && handOffs[handoff].models.includes(model) ? handoff : undefined;
}

/** @throws UsageError when a file is missing, or the model cannot serve TLS */
function tlsFrom(args: Arguments): TlsSettings | undefined {
  const { model, transport, 'tls-cert': cert, 'tls-key': key } = args;
  if (cert === undefined && key === undefined) return undefined;
  if (key === undefined) throw new UsageError('--tls-cert needs --tls-key as well');
  if (cert === undefined) throw new UsageError('--tls-key needs --tls-cert as well');
  if (transport === 'udp')
    throw new UsageError('--tls-cert cannot be used with --transport udp: TLS needs a byte stream');
  if (model === 'worker-event-loops') {
    throw new UsageError(
      '--tls-cert cannot be used with --model worker-event-loops: the workers get descriptors, and ' +
        'OpenSSL has the keys on main; use --model event-loop or iterative',
    );
  }
  if (model === 'thread-per-client') {
    throw new UsageError(
      '--tls-cert cannot be used with --model thread-per-client: client threads call recv(2) on ' +
        'the descriptor, and OpenSSL has the keys on main; use --model event-loop or iterative',
    );
  }
  return { cert: resolve(cert), key: resolve(key), handshakeMs: args['tls-handshake'] };
}

/** Number of warm threads from which a terminal shows a bar. About 50 threads start in a second. */
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
