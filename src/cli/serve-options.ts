/**
 * The command line of `handoff serve`: its options with their defaults, bounds and help. Main thread.
 * An option also has a row in effects.ts, serve-groups.ts and variables.ts. Read serve-settings.ts
 * next, which makes the server's settings of them.
 */
import { availableParallelism } from 'node:os';
import type { Argv } from 'yargs';
import { FULL_POLICIES } from '../log/open-output.js';
import { LOG_LEVELS } from '../log/log.js';
import { MODEL_NAMES } from '../models/registry.js';
import { HAND_OFF_WAYS } from '../serving/hand-off.js';
import { DATAGRAM_SERVICES } from '../services/catalogue.js';
import { DIALECTS, FRAMINGS } from '../services/service.js';
import { POLICY_NAMES } from '../threads/loops/policies.js';
import type { ArgumentsOf } from './command.js';
import { checkEffects } from './effects.js';
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
export const CLIENT_THREAD_MB = 64;
export const WORKER_MB = 2048;

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

export function serveBuilder(command: Argv, sources: OptionSources) {
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

export type ServeArguments = ArgumentsOf<typeof serveBuilder>;
