/**
 * The clients that the main thread serves itself, for the iterative and the event-loop model.
 * The counterpart for client threads is threads/client-threads.ts.
 */
import type { Accepted } from '../server/acceptor.js';
import type { ClientView, Serving } from '../admin/snapshot.js';
import { closedLine } from '../serving/closed-line.js';
import { peerOf } from '../connection/endpoint.js';
import { StreamConnection } from '../connection/stream.js';
import { monotonicMs, toMicroseconds } from '../base/clock.js';
import { loadService } from '../services/load.js';
import { converse, reasonOf, type EndReason } from '../services/conversation.js';
import type { AnyService } from '../services/service.js';
import { ClientMember } from '../shared/client-member.js';
import type { Clients, Host } from '../serving/host.js';

const MAIN_THREAD = 0;

interface Live {
  readonly acceptedAtMs: number;
  readonly startedAtMs: number;
  /** Stops waiting for its service: one that sleeps does not notice that its client is gone. */
  readonly end: (reason: EndReason) => void;
}

export class MainThreadClients implements Clients {
  readonly #host: Host;
  readonly #service: AnyService;
  readonly #live = new Map<StreamConnection, Live>();
  #whenNone: (() => void)[] = [];
  #stopping = false;

  static async create(host: Host): Promise<MainThreadClients> {
    return new MainThreadClients(host, await loadService(host.service.module));
  }

  private constructor(host: Host, service: AnyService) {
    this.#host = host;
    this.#service = service;
  }

  /** Serves one client to its end. Never rejects. */
  async serve({ id, socket, acceptedAtMs }: Accepted): Promise<void> {
    const startedAtMs = monotonicMs();
    // Once it is closed its address is forgotten. Asking costs a system call.
    const peer = this.#host.clientLog.isLevelEnabled('info') ? peerOf(socket) : '';
    const connection = new StreamConnection(id, socket, this.#host.idleMs);
    const state = { dismissed: false, hasLeft: false };
    const leave = () => {
      if (!state.hasLeft) session?.leave();
      state.hasLeft = true;
    };
    const member = new ClientMember(id, {
      deliver(bytes) {
        // Nothing that it has sent before it was cut off is said any more.
        if (!connection.deliver(bytes)) leave();
      },
      dismiss() {
        state.dismissed = true;
        connection.endInput();
      },
    });
    const session = this.#host.shared?.enter(member);
    const reason = await new Promise<EndReason>((end) => {
      this.#live.set(connection, { acceptedAtMs, startedAtMs, end });
      if (this.#stopping) connection.endInput();
      void converse(this.#service, connection, {
        options: this.#host.serviceOptions,
        log: this.#host.log,
        debug: this.#host.logSettings.level === 'debug',
        shared: session,
      }).then(end);
    });
    leave();
    connection.destroy();
    this.#live.delete(connection);
    const { bytesIn, bytesOut, lossReason } = connection;
    const inputEnded = state.dismissed ? 'dismissed' : this.#stopping ? 'stopped' : undefined;
    closedLine(this.#host, {
      connection: id,
      thread: MAIN_THREAD,
      peer,
      // Cut off in the midst of what it says, its handler is told to stop, and so does in order.
      reason: lossReason === 'slow' ? lossReason : reasonOf(reason, inputEnded),
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

  describe(most: number): Serving {
    const first: ClientView[] = [];
    for (const [connection, live] of this.#live) {
      if (first.length === most) break;
      first.push(viewOf(connection, live));
    }
    return { clients: { count: this.#live.size, first } };
  }

  endInput(): void {
    this.#stopping = true;
    for (const connection of this.#live.keys()) connection.endInput();
  }

  breakOff(): void {
    for (const [connection, { end }] of this.#live) {
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

function viewOf(connection: StreamConnection, { acceptedAtMs, startedAtMs }: Live): ClientView {
  const { id, peer, bytesIn, bytesOut, waitsFor } = connection;
  return {
    connection: id,
    peer,
    thread: MAIN_THREAD,
    state: waitsFor,
    waitedMs: toMicroseconds(startedAtMs - acceptedAtMs),
    servedMs: toMicroseconds(monotonicMs() - startedAtMs),
    bytesIn,
    bytesOut,
  };
}
