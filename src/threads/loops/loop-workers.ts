/**
 * Assigns clients to workers that serve many each, for the worker-event-loops model. Main thread.
 *
 *     serve() ──► policy ──► a slot ── take ──► its worker begins ── ended ──► closed
 *                              └─ its worker dies: those that it had not begun with go to another,
 *                                 the others are closed
 *
 * Each worker is one thread with an event loop: loop-slot.ts is what main knows of it,
 * workers/serve-clients.ts what runs there. Read handed-socket.ts next: who owns the descriptor.
 */
import { monotonicMs } from '../../base/clock.js';
import { settledWithin } from '../../base/settled-within.js';
import type { EndReason } from '../../connection/end-reason.js';
import type { Accepted, Admission, Clients, Host } from '../../serving/host.js';
import { ServedClient } from '../../serving/served-client.js';
import { ServedClients } from '../../serving/served-clients.js';
import type { ClientPlace, HandOffView, Serving } from '../../serving/views.js';
import { outcomeText, performCall } from '../calls.js';
import { HandOffStages } from '../hand-off-stages.js';
import { ThreadPool } from '../thread-pool.js';
import { HandedSocket } from './handed-socket.js';
import type { HandedClient, LoopSlot } from './loop-slot.js';
import { LoopThreadKind } from './loop-thread-kind.js';
import { policyNamed } from './policies.js';
import type { Report } from './protocol.js';
import { describeLoops } from './views.js';

/** How long a failed start waits for the workers that did start to end. */
const MOST_CLOSE_MS = 3000;
/** How long a stop waits for workers to close the clients that it has aborted. */
const MOST_ABORT_MS = 500;
/** How long a snapshot waits for workers to describe their clients; a busy one may not come to it. */
const MOST_DESCRIBE_MS = 100;

export class LoopWorkers implements Clients {
  readonly #host: Host;
  readonly #pool: ThreadPool<LoopSlot>;
  readonly #clients = new ServedClients();
  /** Undefined: no snapshot shows them. */
  readonly #stages: HandOffStages | undefined;
  readonly #choose: ReturnType<typeof policyNamed>;
  /** Those whose workers are up. */
  readonly #up: LoopSlot[] = [];
  #admission: Pick<Admission, 'giveBack'> | undefined;
  #onAvailable: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  /**
   * Starts all workers and waits until they are up.
   * @throws StartError when the service cannot be loaded or a worker cannot be started
   */
  static async start(host: Host): Promise<LoopWorkers> {
    const workers = new LoopWorkers(host);
    try {
      await workers.#pool.warmUp(host.threads.most);
    } catch (error) {
      // Those that did start would keep the process alive.
      await settledWithin(workers.close(), MOST_CLOSE_MS);
      throw error;
    }
    return workers;
  }

  private constructor(host: Host) {
    this.#host = host;
    this.#stages = host.measuresHandOff ? new HandOffStages() : undefined;
    this.#choose = policyNamed(host.threads.policy ?? 'round-robin');
    const kind = new LoopThreadKind(host, (slot, reports) => this.#onReports(slot, reports));
    this.#pool = new ThreadPool(host, kind, {
      onReady: (slot) => this.#up.push(slot),
      onLost: (slot) => this.#onLost(slot),
      // No client is assigned to a worker that is not up.
      onNotStarted: () => undefined,
      onRoom: () => this.#onAvailable?.(),
    });
    host.code.onNewest(() => {
      for (const slot of this.#pool) slot.order({ kind: 'load newest' });
    });
  }

  /** @returns undefined if {@link serve} may be called at once; else resolves when it may */
  available(): Promise<void> | undefined {
    return this.#up.length > 0 || this.#closing ? undefined : this.#untilAvailable();
  }

  async #untilAvailable(): Promise<void> {
    while (this.#up.length === 0 && !this.#closing) {
      await new Promise<void>((resolve) => (this.#onAvailable = resolve));
    }
  }

  /** Gets back the clients that no worker can serve now. */
  givesBackTo(admission: Pick<Admission, 'giveBack'>): void {
    this.#admission = admission;
  }

  /** Hands the client to a worker. Never throws. */
  serve(accepted: Accepted): void {
    const slot = this.#choose(this.#up);
    if (!slot) {
      this.#admission?.giveBack(accepted);
      return;
    }
    const { id, socket } = accepted;
    const handed = new HandedSocket(id, socket, {
      way: this.#host.threads.handOff ?? 'duplicate',
      keepsPeer: this.#host.showsTimes,
    });
    const client = ServedClient.enter(this.#host, accepted, handed);
    if (!client) return;
    try {
      slot.take(client, handed);
      this.#clients.add(client);
    } catch (error) {
      this.#host.log.error({ connection: id, err: error }, 'cannot hand over');
      client.end('error', undefined);
    }
  }

  #onReports(slot: LoopSlot, reports: readonly Report[]): void {
    slot.noteProgress();
    for (const report of reports) this.#onReport(slot, report);
  }

  #onReport(slot: LoopSlot, report: Report): void {
    if (report.kind === 'described') {
      slot.noteDescribed(report);
      return;
    }
    const handed = slot.find(report.connection);
    // Main may have ended it in the meantime.
    if (!handed) return;
    switch (report.kind) {
      case 'ended':
        handed.socket.noteEnded(report, report.endedAtMs);
        this.#stages?.record(handed.client.acceptedAtMs, {
          lentAtMs: handed.socket.takenAtMs,
          ...report,
        });
        this.#end(slot, handed, report.reason);
        break;
      case 'call':
        void this.#perform(slot, handed, report);
        break;
      case 'slow':
        handed.client.abort('slow');
        break;
      case 'failed': {
        const { connection, why } = report;
        this.#host.log.error({ connection, thread: slot.thread, why }, 'cannot hand over');
        this.#end(slot, handed, 'error');
      }
    }
  }

  async #perform(
    slot: LoopSlot,
    { client: { session } }: HandedClient,
    { connection, call, method, args, askedAtMs }: Extract<Report, { kind: 'call' }>,
  ): Promise<void> {
    const waitedMs = monotonicMs() - askedAtMs;
    if (!session) return;
    const outcome = await performCall(session, { method, args: JSON.parse(args) as unknown[] });
    slot.order({ kind: 'answer', connection, call, outcome: outcomeText(outcome), waitedMs });
  }

  #end(slot: LoopSlot, { client }: HandedClient, reason: EndReason | 'thread lost'): void {
    slot.delete(client.id);
    try {
      client.end(reason, slot.thread);
    } finally {
      this.#clients.delete(client);
    }
  }

  /** What the worker had reported before it died has been dealt with: see LoopThreadKind. */
  #onLost(slot: LoopSlot): void {
    const place = this.#up.indexOf(slot);
    if (place !== -1) this.#up.splice(place, 1);
    const ahead = slot.takeBackAhead();
    for (const handed of [...slot.clients]) this.#end(slot, handed, 'thread lost');
    for (const { client, socket } of ahead) this.#handOn(client, socket);
  }

  /** Its worker died before it began: nothing was done for the client. */
  #handOn(client: ServedClient, socket: HandedSocket): void {
    const slot = this.#choose(this.#up);
    if (slot) {
      slot.take(client, socket);
      return;
    }
    const accepted = client.withdraw();
    this.#clients.delete(client);
    this.#admission?.giveBack(accepted);
  }

  get count(): number {
    return this.#clients.count;
  }

  get bytes(): Clients['bytes'] {
    return this.#clients.bytes;
  }

  async refresh(most: number): Promise<void> {
    const described = this.#up.filter(({ load }) => load > 0).map((slot) => slot.describe(most));
    if (described.length > 0) await settledWithin(Promise.all(described), MOST_DESCRIBE_MS);
  }

  describe(most: number): Serving {
    return describeLoops([...this.#pool], most, ({ client, socket }, thread) => {
      const { computedMs, loopWaitMs } = socket;
      return client.view(socket.state, thread, { computedMs, loopWaitMs });
    });
  }

  locate(most: number): Serving<ClientPlace> {
    return describeLoops([...this.#pool], most, ({ client }, thread) => client.place(thread));
  }

  get handOff(): HandOffView | undefined {
    return this.#stages?.describe();
  }

  shutdownRead(): void {
    this.#pool.stopReplacing();
    this.#clients.shutdownRead();
  }

  abort(): void {
    this.#clients.abort();
  }

  whenNone(): Promise<void> {
    return this.#clients.whenNone();
  }

  /** Ends all clients and workers. Never rejects. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#onAvailable?.();
    this.abort();
    await settledWithin(this.whenNone(), MOST_ABORT_MS);
    const slots = [...this.#pool];
    await this.#pool.close();
    // Those of workers that computed, and did not come to close them.
    for (const slot of slots) {
      for (const handed of [...slot.clients]) this.#end(slot, handed, 'stopped');
    }
  }
}
