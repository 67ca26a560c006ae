/**
 * A running server: acceptor, model and log put together, and the way it stops. Main thread.
 *
 * stop() closes the acceptor and lets go of those who wait; gives every conversation an end of stream as its next
 * input, so that the answer being worked out is still sent and idle clients end; after `graceMs` cuts the rest
 * short; ends the threads. It does not wait for clients to read what was sent to them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Acceptor } from './acceptor.js';
import { AdminSocket } from '../admin/admin-socket.js';
import { Observer } from '../admin/observer.js';
import { endLoudly } from '../base/errors.js';
import { LogFailures, openLog, type Logger } from '../log/log.js';
import type { Host, Model, ServerSettings } from '../serving/host.js';
import { models } from '../models/registry.js';
import { loadService } from '../services/load.js';
import type { Shared } from '../shared/shared.js';
import { ConnectionCounters } from '../serving/counters.js';

/** What a server is put together of. */
interface Parts {
  readonly port: number;
  readonly acceptor: Acceptor;
  readonly model: Model;
  readonly admin: AdminSocket | undefined;
  readonly graceMs: number;
}

export class Server {
  readonly log: Logger;
  /** The port that was asked for or found; 0 on a Unix-domain socket. */
  readonly port: number;
  readonly #acceptor: Acceptor;
  readonly #model: Model;
  readonly #graceMs: number;
  readonly #shared: Shared | undefined;
  readonly #admin: AdminSocket | undefined;
  #stopping: Promise<void> | undefined;

  /**
   * Starts the model, then listens.
   * @throws StartError when a thread cannot be started, the address not be listened on, or the log not be written
   */
  static async start(settings: ServerSettings): Promise<Server> {
    const { service, model: modelName, address } = settings;
    const logFailures = new LogFailures();
    const log = openLog(settings.log, {}, logFailures.onError);
    const clientLog = log.child({}, { level: settings.log.connections ? log.level : 'silent' });
    const loaded = await loadService(service.module);
    await loaded.check?.(settings.serviceOptions);
    const shared = await loaded.share?.({ options: settings.serviceOptions, log });
    const host: Host = {
      log,
      clientLog,
      logSettings: settings.log,
      counters: new ConnectionCounters(),
      model: modelName,
      service,
      serviceOptions: settings.serviceOptions,
      shared,
      idleMs: settings.idleMs,
      threads: settings.threads,
    };
    let model: Model | undefined;
    let acceptor: Acceptor | undefined;
    let admin: AdminSocket | undefined;
    try {
      const create = await models[modelName].load();
      model = await create(host);
      acceptor = new Acceptor(settings.acceptor, host);
      const port = await acceptor.listen(address);
      const { adminPath, acceptor: limits } = settings;
      const observed = { host, acceptor, clients: model.clients, address, limits };
      // After the acceptor: where the admin socket is, clients are welcome.
      if (adminPath !== undefined) admin = await AdminSocket.open(adminPath, new Observer(observed), log);
      const where = 'path' in address ? { path: address.path } : { address: address.host, port };
      log.info({ ...where, service: service.name, model: modelName, admin: adminPath }, 'listening');
      logFailures.checkFirstLine();
      return new Server(host, { port, acceptor, model, admin, graceMs: settings.graceMs });
    } catch (error) {
      admin?.close();
      await acceptor?.close();
      await model?.clients.close();
      shared?.close?.();
      throw error;
    }
  }

  private constructor(host: Host, { port, acceptor, model, admin, graceMs }: Parts) {
    this.log = host.log;
    this.#shared = host.shared;
    this.port = port;
    this.#acceptor = acceptor;
    this.#model = model;
    this.#graceMs = graceMs;
    this.#admin = admin;
    model.serve(acceptor).catch((error: unknown) => {
      // A model's loop does not fail by any client's doing, so this is a fault of the program: end loudly.
      endLoudly('the accept loop failed', error);
    });
  }

  /** Stops as described above. Called again, it is the same stop. */
  stop(cause: string): Promise<void> {
    return (this.#stopping ??= this.#stop(cause));
  }

  async #stop(cause: string): Promise<void> {
    const { clients } = this.#model;
    this.log.info({ cause, clients: clients.count, waiting: this.#acceptor.waiting }, 'stopping');
    const letGo = this.#acceptor.close(this.#graceMs);
    clients.shutdownRead();
    const grace = new AbortController();
    await Promise.race([clients.whenNone(), sleep(this.#graceMs, undefined, { signal: grace.signal })]);
    grace.abort();
    await letGo;
    clients.abort();
    await clients.close();
    this.#shared?.close?.();
    this.#admin?.close();
    this.log.info({}, 'stopped');
  }
}
