/**
 * A running server: log, shared state, model and acceptor put together, and how it stops. Main
 * thread. acceptor.ts is where a client's life begins; shutdown.ts decides when a server stops.
 *
 * stop() closes the acceptor and ends the queued clients; ends every conversation's input, so that
 * the answer being computed is still sent and idle clients end; after `graceMs` aborts the
 * conversations that are left; ends the threads. It does not wait for clients to read what was sent
 * to them.
 */
import { AdminSocket } from '../admin/admin-socket.js';
import { Heartbeat } from '../admin/heartbeat.js';
import { Monitoring } from '../admin/monitoring.js';
import { Observer } from '../admin/observer.js';
import { vitalsOf } from '../admin/vitals.js';
import { endLoudly } from '../base/errors.js';
import { settledWithin } from '../base/settled-within.js';
import { formatEndpoint } from '../connection/endpoint.js';
import { NO_DEADLINES } from '../connection/deadlines.js';
import { MainLoop } from '../connection/main-loop.js';
import { OutputLimit } from '../connection/output-limit.js';
import { LogFailures, openLog, sharedLogSettings, type Logger } from '../log/log.js';
import { writeGatheredLines } from '../log/turn-writer.js';
import { models } from '../models/registry.js';
import type { CatalogueEntry } from '../services/catalogue.js';
import { ServiceCode } from '../services/own/service-code.js';
import { ConnectionCounters } from '../serving/counters.js';
import { chooseHandOff } from '../serving/hand-off.js';
import { DescriptorBudget } from '../serving/descriptor-budget.js';
import type { AcceptedSocket, Host, Model, ServerSettings, TlsSettings } from '../serving/host.js';
import { loopBlockedLine } from '../serving/loop-blocked-line.js';
import { isLoopback } from '../serving/loopback.js';
import type { Shared } from '../shared/shared.js';
import type { LimitedThreads } from '../threads/thread-limit.js';
import { Acceptor } from './acceptor.js';

interface Parts {
  readonly port: number;
  readonly acceptor: Acceptor;
  readonly model: Model;
  /** What shows the server to its operator: admin socket, metrics, heartbeat. */
  readonly watching: readonly { close(): void }[];
  readonly graceMs: number;
}

/** What a stop waits for at the moment, for the log line of a stop that does not complete. */
export interface StopStage {
  readonly waitsFor: string;
  /** The connections that are still served; the first ten. */
  readonly connections: readonly number[];
}

const MOST_CONNECTIONS = 10;

export class Server {
  readonly log: Logger;
  /** The port that the server listens on; 0 on a Unix-domain socket. */
  readonly port: number;
  readonly #acceptor: Acceptor;
  readonly #model: Model;
  readonly #graceMs: number;
  readonly #shared: Shared | undefined;
  readonly #watching: Parts['watching'];
  readonly #code: ServiceCode;
  readonly #loop: MainLoop | undefined;
  #stopping: Promise<void> | undefined;
  #waitsFor = 'nothing';

  /**
   * Starts the model, then listens.
   * @throws StartError when a thread cannot be started, the address cannot be used, or the log
   * cannot be written
   */
  static async start(settings: ServerSettings): Promise<Server> {
    const { service, model: modelName, address } = settings;
    const handOff = chooseHandOff(modelName, settings.threads.handOff, address);
    const descriptors = new DescriptorBudget();
    const logFailures = new LogFailures();
    const log = openLog(settings.log, {}, logFailures.onError);
    const clientLog = log.child({}, { level: settings.log.connections ? log.level : 'silent' });
    const secure = settings.tls && (await securing(settings.tls, service));
    const code = await ServiceCode.load(service.module);
    await code.current.check?.(settings.serviceOptions);
    const limited =
      models[modelName].startsThreads && process.platform === 'linux'
        ? (await import('../threads/thread-limit.js')).limitThreads(settings.threads, descriptors)
        : undefined;
    const shared = await code.current.share?.({ options: settings.serviceOptions, log });
    const closedLog = clientLog.child({ service: service.name, model: modelName });
    const showsTimes = clientLog.isLevelEnabled('info') || settings.adminPath !== undefined;
    const loop = showsTimes
      ? new MainLoop(settings.loopLagMs, (block) => loopBlockedLine(clientLog, block))
      : undefined;
    const host: Host = {
      log,
      clientLog,
      closedLog,
      logSettings: sharedLogSettings(settings.log),
      showsTimes,
      measuresHandOff: settings.adminPath !== undefined,
      counters: new ConnectionCounters(),
      loop,
      outputLimit: new OutputLimit(settings.maxBufferBytes),
      model: modelName,
      service,
      code,
      serviceOptions: settings.serviceOptions,
      shared,
      idleMs: settings.idleMs,
      deadlines: settings.deadlines ?? NO_DEADLINES,
      threads: { ...(limited?.threads ?? settings.threads), handOff },
      descriptors,
    };
    let model: Model | undefined;
    let acceptor: Acceptor | undefined;
    const watching: { close(): void }[] = [];
    try {
      // First: threads that start beforehand get to know where the newest version is.
      if (settings.watch) code.watch(log);
      const create = await models[modelName].load();
      model = await create(host);
      acceptor = new Acceptor(settings.acceptor, host, model, secure);
      const port = await acceptor.listen(address);
      const { adminPath, acceptor: limits } = settings;
      const observed = { host, acceptor, clients: model.clients, address, limits };
      const vitals = () => vitalsOf(observed);
      const monitoring = new Monitoring(vitals, log);
      watching.push(monitoring);
      const metrics = await openMetrics(monitoring, settings.metricsAddress);
      // The admin socket opens last: when it is there, the server accepts clients.
      if (adminPath !== undefined)
        watching.push(
          await AdminSocket.open(adminPath, new Observer(observed), log, { monitoring }),
        );
      if (settings.heartbeatMs) watching.push(new Heartbeat(settings.heartbeatMs, vitals, log));
      const where = 'path' in address ? { path: address.path } : { address: address.host, port };
      log.info(
        {
          ...where,
          service: service.name,
          model: modelName,
          handOff,
          threads: limited?.threads.most,
          tls: secure && true,
          admin: adminPath,
          metrics,
        },
        'listening',
      );
      logFailures.checkFirstLine();
      noteLimit(log, settings.threads.most, limited);
      if (service.takesPasswords && !secure) warnOfPasswords(log, acceptor.ipAddress);
      return new Server(host, { port, acceptor, model, watching, graceMs: settings.graceMs });
    } catch (error) {
      for (const part of watching) part.close();
      await acceptor?.close();
      await model?.clients.close();
      loop?.close();
      shared?.close?.();
      code.close();
      throw error;
    }
  }

  private constructor(host: Host, { port, acceptor, model, watching, graceMs }: Parts) {
    this.log = host.log;
    this.#shared = host.shared;
    this.#code = host.code;
    this.#loop = host.loop;
    this.port = port;
    this.#acceptor = acceptor;
    this.#model = model;
    this.#graceMs = graceMs;
    this.#watching = watching;
    model.serve(acceptor).catch((error: unknown) => {
      // No client can make a model's loop fail, so this is a fault of the program.
      endLoudly('the accept loop failed', error);
    });
  }

  /** Stops as described above. Called again, returns the same promise. */
  stop(cause: string): Promise<void> {
    return (this.#stopping ??= this.#stop(cause));
  }

  get stopStage(): StopStage {
    const { clients } = this.#model.clients.describe(MOST_CONNECTIONS);
    return {
      waitsFor: this.#waitsFor,
      connections: clients.first.map(({ connection }) => connection),
    };
  }

  async #stop(cause: string): Promise<void> {
    const { clients } = this.#model;
    this.log.info({ cause, clients: clients.count, waiting: this.#acceptor.waiting }, 'stopping');
    const acceptorClosed = this.#acceptor.close(this.#graceMs);
    clients.shutdownRead();
    this.#waitsFor = 'clients, for the grace period';
    await settledWithin(clients.whenNone(), this.#graceMs);
    this.#waitsFor = 'queued clients to close';
    await acceptorClosed;
    this.#waitsFor = 'aborted clients and threads to end';
    clients.abort();
    await clients.close();
    this.#shared?.close?.();
    this.#code.close();
    for (const part of this.#watching) part.close();
    this.#loop?.close();
    this.log.info({}, 'stopped');
    writeGatheredLines();
  }
}

/** @throws StartError when certificate or key cannot be used */
async function securing({ cert, key, handshakeMs }: TlsSettings, { framing }: CatalogueEntry) {
  const { loadCertificate } = await import('./certificate.js');
  const { SecuredSocket } = await import('./secured-socket.js');
  const context = loadCertificate({ cert, key });
  const protocols = framing === 'HTTP' ? ['http/1.1'] : [];
  const security = { context, protocols, handshakeMs };
  return (socket: AcceptedSocket) => new SecuredSocket(socket, security);
}

/** @returns where the metrics are served, for the log; undefined: nowhere */
async function openMetrics(
  monitoring: Monitoring,
  address: ServerSettings['metricsAddress'],
): Promise<string | undefined> {
  if (!address) return undefined;
  return formatEndpoint(address.host, await monitoring.listen(address));
}

/** @param ipAddress undefined: a Unix-domain socket */
function warnOfPasswords(log: Logger, ipAddress: string | undefined): void {
  if (ipAddress === undefined || isLoopback(ipAddress)) return;
  log.warn(
    {
      address: ipAddress,
      risk: 'others on the network can read the passwords of clients',
      remedy: 'use --tls-cert and --tls-key with --model event-loop, or --host 127.0.0.1',
    },
    'passwords unencrypted',
  );
}

function noteLimit(log: Logger, asked: number, limited: LimitedThreads | undefined): void {
  if (limited?.limit === undefined) return;
  const { most: threads } = limited.threads;
  log.warn({ threads, asked, limit: limited.limit }, 'threads limited');
}
