/**
 * The settings of a server, made of the command line of `handoff serve`; what options exclude each
 * other. Main thread. Read ../serving/host.ts next, where the settings are described.
 */
import { resolve } from 'node:path';
import { UsageError } from '../base/errors.js';
import type { ReadableStyle } from '../log/readable.js';
import { handOffs } from '../serving/hand-off.js';
import type { HandOffWay, ServerSettings, TlsSettings } from '../serving/host.js';
import { isOwn, portOf } from '../services/catalogue.js';
import { CLIENT_THREAD_MB, WORKER_MB, type ServeArguments } from './serve-options.js';
import { serviceNamed } from './service-named.js';

const BYTES_PER_MB = 1024 * 1024;

/** @throws UsageError on an unknown service, and on options that exclude each other */
export function settingsFrom(args: ServeArguments): ServerSettings {
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

/** How the log is written to a terminal; undefined: standard output is none, and gets JSON. */
function readableStyle(): ReadableStyle | undefined {
  if (!process.stdout.isTTY) return undefined;
  // Obeys NO_COLOR, FORCE_COLOR and TERM=dumb.
  return process.stdout.hasColors() ? 'coloured' : 'plain';
}

/** All workers start before the first client. */
function threadsFrom(args: ServeArguments) {
  const { model, workers, policy, threads, warm, 'thread-memory': memoryMb } = args;
  return model === 'worker-event-loops'
    ? { most: workers, warm: workers, policy, memoryMb: memoryMb ?? WORKER_MB }
    : { most: threads, warm, memoryMb: memoryMb ?? CLIENT_THREAD_MB };
}

/** The environment may name a way for other models: see effects.ts. */
function handOffFrom({ model, handoff }: ServeArguments): HandOffWay | undefined {
  return handoff && handOffs[handoff].models.includes(model) ? handoff : undefined;
}

/** @throws UsageError when a file is missing, or the model cannot serve TLS */
function tlsFrom(args: ServeArguments): TlsSettings | undefined {
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
