/**
 * The clients that the main thread serves itself, for the iterative and the event-loop model.
 * The counterpart for client threads is ../client-threads.ts.
 */
import type { Accepted } from '../acceptor.js';
import { closedLine } from '../closed-line.js';
import { peerOf } from '../connection/endpoint.js';
import { StreamConnection } from '../connection/stream.js';
import { monotonicMs } from '../monotonic.js';
import { loadService } from '../services/catalogue.js';
import { converse, type EndReason } from '../services/converse.js';
import type { Service } from '../services/service.js';
import type { Clients, Host } from './model.js';

const MAIN_THREAD = 0;

export class MainThreadClients implements Clients {
  readonly #host: Host;
  readonly #service: Service;
  /** With each, how to stop waiting for its service: one that sleeps does not notice that its client is gone. */
  readonly #live = new Map<StreamConnection, (reason: EndReason) => void>();
  #whenNone: (() => void)[] = [];
  #stopping = false;

  static async create(host: Host): Promise<MainThreadClients> {
    return new MainThreadClients(host, await loadService(host.service.module));
  }

  private constructor(host: Host, service: Service) {
    this.#host = host;
    this.#service = service;
  }

  /** Serves one client to its end. Never rejects. */
  async serve({ id, socket, acceptedAtMs }: Accepted): Promise<void> {
    const startedAtMs = monotonicMs();
    // Once it is closed its address is forgotten. Asking costs a system call.
    const peer = this.#host.clientLog.isLevelEnabled('info') ? peerOf(socket) : '';
    const connection = new StreamConnection(id, socket, this.#host.idleMs);
    const reason = await new Promise<EndReason>((end) => {
      this.#live.set(connection, end);
      if (this.#stopping) connection.endInput();
      void converse(this.#service, connection, {
        options: this.#host.serviceOptions,
        log: this.#host.log,
        debug: this.#host.logSettings.level === 'debug',
      }).then(end);
    });
    socket.destroy();
    this.#live.delete(connection);
    const { bytesIn, bytesOut } = connection;
    closedLine(this.#host, {
      connection: id,
      thread: MAIN_THREAD,
      peer,
      reason: this.#stopping && reason === 'end' ? 'stopped' : reason,
      acceptedAtMs,
      startedAtMs,
      bytesIn,
      bytesOut,
    });
    if (this.#live.size === 0) for (const none of this.#whenNone.splice(0)) none();
  }

  get count(): number {
    return this.#live.size;
  }

  endInput(): void {
    this.#stopping = true;
    for (const connection of this.#live.keys()) connection.endInput();
  }

  breakOff(): void {
    for (const [connection, end] of this.#live) {
      connection.lose('stopped');
      end('stopped');
    }
  }

  whenNone(): Promise<void> {
    return this.#live.size === 0
      ? Promise.resolve()
      : new Promise((resolve) => void this.#whenNone.push(resolve));
  }

  close(): Promise<void> {
    return this.whenNone();
  }
}
