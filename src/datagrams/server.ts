/**
 * A running server for datagrams: it joins receiver, model and log, and stops them. Runs on the
 * main thread; the counterpart of server/server.ts.
 *
 *     socket ──► receiver ──► a queue each address ──► model's loop ──► service, here or in a worker
 *        ▲                                                                    │
 *        └──────────── settle: send ◄── store memory ◄── reply and memory ◄───┘
 *
 * stop() accepts no more messages, answers those that have arrived, drops the rest after `graceMs`,
 * and ends the threads. Then it logs what happened to all datagrams, including those that the
 * kernel dropped.
 */
import { endLoudly, UsageError } from '../base/errors.js';
import { ExpiringMap } from '../base/expiring-map.js';
import { settledWithin } from '../base/settled-within.js';
import { LogFailures, openLog, type Logger } from '../log/log.js';
import type { ServerSettings } from '../serving/host.js';
import { DATAGRAM_SERVICES } from '../services/catalogue.js';
import { loadDatagramService } from '../services/load.js';
import type { DatagramHost, DatagramModel } from './host.js';
import { datagramModels } from './models.js';
import { Receiver } from './receiver.js';

/**
 * The memory of an address, and with it its game, expires after so many milliseconds without a
 * message. `idleMs` replaces this.
 */
const FORGET_MS = 5 * 60_000;
/**
 * The largest number of addresses with a memory, of some hundred bytes each. Addresses are easily
 * forged.
 */
const MAX_REMEMBERED = 10_000;

export class DatagramServer {
  readonly log: Logger;
  /** The port that was requested, or that the kernel chose. */
  readonly port: number;
  readonly #receiver: Receiver;
  readonly #model: DatagramModel;
  readonly #graceMs: number;
  #stopping: Promise<void> | undefined;

  /**
   * Starts the model's workers, if it has any, then listens.
   * @throws UsageError when the service has no datagram side
   * @throws StartError when a thread cannot be started, the address not be listened on, or the log
   *   not be written
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
    const receiver = await Receiver.bind(
      {
        ...address,
        queueLimit: settings.acceptor.queueLimit,
        ratePerSecond: settings.datagramRate ?? 0,
      },
      log,
    );
    const memories = new ExpiringMap<unknown>({
      max: MAX_REMEMBERED,
      ttlMs: settings.idleMs || FORGET_MS,
    });
    const { serviceOptions: options } = settings;
    const host: DatagramHost = {
      log,
      receiver,
      memories,
      service,
      module: entry.module,
      options,
      threads,
    };
    let model: DatagramModel | undefined;
    try {
      model = await datagramModels[modelName](host);
      const { port, receiveBufferBytes } = receiver;
      const where = { address: address.host, port, transport: 'udp' };
      log.info(
        { ...where, service: entry.name, model: modelName, receiveBufferBytes },
        'listening',
      );
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
      // No client can make a model's loop fail, so this is a fault of the program.
      endLoudly('the receive loop failed', error);
    });
  }

  /** Stops as described above. Later calls return the promise of the first. */
  stop(cause: string): Promise<void> {
    return (this.#stopping ??= this.#stop(cause));
  }

  async #stop(cause: string): Promise<void> {
    const receiver = this.#receiver;
    this.log.info({ cause, answering: receiver.working, waiting: receiver.waiting }, 'stopping');
    await receiver.end();
    await settledWithin(receiver.drained(), this.#graceMs);
    const { kernelDropped } = receiver;
    receiver.close();
    await this.#model.close();
    this.log.info({ ...receiver.counts, kernelDropped }, 'datagrams');
    this.log.info({}, 'stopped');
  }
}
