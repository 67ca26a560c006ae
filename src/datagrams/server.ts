/**
 * A running server for datagrams: receiver, model and log put together, and the way it stops. Main thread; the
 * counterpart of server/server.ts.
 *
 *     socket ──► receiver ──► a lane each address ──► model's loop ──► service, here or in a worker
 *        ▲                                                                    │
 *        └──────────── settle: send ◄── remember ◄── reply and memory ◄───────┘
 *
 * stop() takes no more messages; answers those that it has; after `graceMs` gives up the rest; ends the threads. Then it
 * logs what became of every datagram, those that the kernel dropped included.
 */
import { endLoudly, UsageError } from '../base/errors.js';
import { ExpiringMap } from '../base/expiring-map.js';
import { withinGrace } from '../base/grace.js';
import { LogFailures, openLog, type Logger } from '../log/log.js';
import type { ServerSettings } from '../serving/host.js';
import { DATAGRAM_SERVICES } from '../services/catalogue.js';
import { loadDatagramService } from '../services/load.js';
import type { DatagramHost, DatagramModel } from './host.js';
import { datagramModels } from './models.js';
import { Receiver } from './receiver.js';

/** After so much silence an address is forgotten, and its game with it, unless `idleMs` says otherwise. */
const FORGET_MS = 5 * 60_000;
/** An address costs nothing to forge: so many are remembered, some hundred bytes each. */
const MAX_REMEMBERED = 10_000;

export class DatagramServer {
  readonly log: Logger;
  /** The port that was asked for or found. */
  readonly port: number;
  readonly #receiver: Receiver;
  readonly #model: DatagramModel;
  readonly #graceMs: number;
  #stopping: Promise<void> | undefined;

  /**
   * Starts the workers, if the model has any, then listens.
   * @throws UsageError when the service has no datagram side
   * @throws StartError when a thread cannot be started, the address not be listened on, or the log not be written
   */
  static async start(settings: ServerSettings): Promise<DatagramServer> {
    const { service: entry, model: modelName, address, threads } = settings;
    if ('path' in address) throw new UsageError('datagrams go to a port, not to a --socket');
    const service = await loadDatagramService(entry.module);
    if (!service) {
      throw new UsageError(
        `${entry.name} has no --transport udp; these have: ${DATAGRAM_SERVICES.join(', ')}`,
      );
    }
    const logFailures = new LogFailures();
    const log = openLog(settings.log, {}, logFailures.onError);
    const receiver = await Receiver.bind({ ...address, queueLimit: settings.acceptor.queueLimit }, log);
    const memories = new ExpiringMap<unknown>({
      max: MAX_REMEMBERED,
      ttlMs: settings.idleMs || FORGET_MS,
    });
    const { serviceOptions: options } = settings;
    const host: DatagramHost = { log, receiver, memories, service, module: entry.module, options, threads };
    let model: DatagramModel | undefined;
    try {
      model = await datagramModels[modelName](host);
      const { port, receiveBufferBytes } = receiver;
      const where = { address: address.host, port, transport: 'udp' };
      log.info({ ...where, service: entry.name, model: modelName, receiveBufferBytes }, 'listening');
      logFailures.checkFirstLine();
      return new DatagramServer(host, model, settings.graceMs);
    } catch (error) {
      receiver.close();
      await model?.close();
      throw error;
    }
  }

  private constructor({ log, receiver }: DatagramHost, model: DatagramModel, graceMs: number) {
    this.log = log;
    this.port = receiver.port;
    this.#receiver = receiver;
    this.#model = model;
    this.#graceMs = graceMs;
    model.serve(receiver).catch((error: unknown) => {
      // A model's loop does not fail by any client's doing, so this is a fault of the program: end loudly.
      endLoudly('the receive loop failed', error);
    });
  }

  /** Stops as described above. Called again, it is the same stop. */
  stop(cause: string): Promise<void> {
    return (this.#stopping ??= this.#stop(cause));
  }

  async #stop(cause: string): Promise<void> {
    const receiver = this.#receiver;
    this.log.info({ cause, answering: receiver.working, waiting: receiver.waiting }, 'stopping');
    await receiver.end();
    await withinGrace(receiver.drained(), this.#graceMs);
    const { kernelDropped } = receiver;
    receiver.close();
    await this.#model.close();
    this.log.info({ ...receiver.counts, kernelDropped }, 'datagrams');
    this.log.info({}, 'stopped');
  }
}
