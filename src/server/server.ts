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
import { Observer } from '../admin/observer.js';
import { endLoudly } from '../base/errors.js';
import { toMicroseconds } from '../base/clock.js';
import { settledWithin } from '../base/settled-within.js';
import { MainLoop, type LoopBlock } from '../connection/main-loop.js';
import { LogFailures, openLog, type Logger } from '../log/log.js';
import { writeGatheredLines } from '../log/turn-writer.js';
import { models } from '../models/registry.js';
import { loadService } from '../services/load.js';
import { ConnectionCounters } from '../serving/counters.js';
import { DescriptorBudget } from '../serving/descriptor-budget.js';
import type { Host, Model, ServerSettings } from '../serving/host.js';
import type { Shared } from '../shared/shared.js';
import type { LimitedThreads } from '../threads/thread-limit.js';
import { Acceptor } from './acceptor.js';

interface Parts {
  readonly port: number;
  readonly acceptor: Acceptor;
  readonly model: Model;
  readonly admin: AdminSocket | undefined;
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
  readonly #admin: AdminSocket | undefined;
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
    const descriptors = new DescriptorBudget();
    const logFailures = new LogFailures();
    const log = openLog(settings.log, {}, logFailures.onError);
    const clientLog = log.child({}, { level: settings.log.connections ? log.level : 'silent' });
    const loaded = await loadService(service.module);
    await loaded.check?.(settings.serviceOptions);
    const limited =
      modelName === 'thread-per-client' && process.platform === 'linux'
        ? (await import('../threads/thread-limit.js')).limitThreads(settings.threads, descriptors)
        : undefined;
    const shared = await loaded.share?.({ options: settings.serviceOptions, log });
    const closedLog = clientLog.child({ service: service.name, model: modelName });
    const showsTimes = clientLog.isLevelEnabled('info') || settings.adminPath !== undefined;
    const loop = showsTimes
      ? new MainLoop(settings.loopLagMs, (block) => noteBlock(clientLog, block))
      : undefined;
    const host: Host = {
      log,
      clientLog,
      closedLog,
      logSettings: settings.log,
      showsTimes,
      counters: new ConnectionCounters(),
      loop,
      model: modelName,
      service,
      serviceOptions: settings.serviceOptions,
      shared,
      idleMs: settings.idleMs,
      threads: limited?.threads ?? settings.threads,
      descriptors,
    };
    let model: Model | undefined;
    let acceptor: Acceptor | undefined;
    let admin: AdminSocket | undefined;
    try {
      const create = await models[modelName].load();
      model = await create(host);
      acceptor = new Acceptor(settings.acceptor, host, model);
      const port = await acceptor.listen(address);
      const { adminPath, acceptor: limits } = settings;
      const observed = { host, acceptor, clients: model.clients, address, limits };
      // The admin socket opens last: when it is there, the server accepts clients.
      if (adminPath !== undefined)
        admin = await AdminSocket.open(adminPath, new Observer(observed), log);
      const where = 'path' in address ? { path: address.path } : { address: address.host, port };
      log.info(
        {
          ...where,
          service: service.name,
          model: modelName,
          threads: limited?.threads.most,
          admin: adminPath,
        },
        'listening',
      );
      logFailures.checkFirstLine();
      noteLimit(log, settings.threads.most, limited);
      return new Server(host, { port, acceptor, model, admin, graceMs: settings.graceMs });
    } catch (error) {
      admin?.close();
      await acceptor?.close();
      await model?.clients.close();
      loop?.close();
      shared?.close?.();
      throw error;
    }
  }

  private constructor(host: Host, { port, acceptor, model, admin, graceMs }: Parts) {
    this.log = host.log;
    this.#shared = host.shared;
    this.#loop = host.loop;
    this.port = port;
    this.#acceptor = acceptor;
    this.#model = model;
    this.#graceMs = graceMs;
    this.#admin = admin;
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
    this.#admin?.close();
    this.#loop?.close();
    this.log.info({}, 'stopped');
    writeGatheredLines();
  }
}

function noteLimit(log: Logger, asked: number, limited: LimitedThreads | undefined): void {
  if (limited?.limit === undefined) return;
  const { most: threads } = limited.threads;
  log.warn({ threads, asked, limit: limited.limit }, 'threads limited');
}

function noteBlock(log: Logger, { fromMs, untilMs, connection, heldMs }: LoopBlock): void {
  const blockedMs = toMicroseconds(untilMs - fromMs);
  log.info({ blockedMs, connection, heldMs: connection && toMicroseconds(heldMs) }, 'loop blocked');
}
