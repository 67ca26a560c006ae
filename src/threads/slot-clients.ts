/**
 * The clients that threads serve, each in the slot of its thread: what all ways to a thread share.
 * Main thread. client-threads.ts gives clients to threads; in hand-off/accepting-threads.ts the
 * threads accept them; in hand-off/task-threads.ts each is a task of a pool.
 */
import { toMicroseconds } from '../base/clock.js';
import type { EndReason } from '../connection/end-reason.js';
import type { Clients, Host } from '../serving/host.js';
import type { ServedClient } from '../serving/served-client.js';
import { ServedClients } from '../serving/served-clients.js';
import type { ClientPlace, HandOffView, Serving } from '../serving/views.js';
import { HandOffStages } from './hand-off-stages.js';
import type { Ending } from './pool-slot.js';
import { TaskWatch, type EndCause } from './task-watch.js';
import { describeSlots } from './views.js';
import type { WorkerSlot } from './worker-slot.js';

export abstract class SlotClients implements Clients {
  protected readonly host: Host;
  /** Undefined where no snapshot shows them. */
  protected readonly stages: HandOffStages | undefined;
  readonly #clients = new ServedClients();
  /** The slots with a client, and what is called when it has ended. */
  readonly #taken = new Map<WorkerSlot, () => void>();
  readonly #watch: TaskWatch;
  #closing: Promise<void> | undefined;

  protected constructor(host: Host) {
    this.host = host;
    this.stages = host.measuresHandOff ? new HandOffStages() : undefined;
    this.#watch = new TaskWatch(
      host.threads.taskLimitMs ?? 0,
      { [Symbol.iterator]: () => this.#taken.keys() },
      (slot, cause, computedMs) => this.#endThread(slot, cause, computedMs),
    );
  }

  /** Those of all threads that are starting or up. */
  protected abstract readonly slots: Iterable<WorkerSlot>;
  /** Ends a thread that computes, whose client has been aborted. */
  protected abstract endThread(slot: WorkerSlot, ending: Ending): void;
  /** From now on no thread starts. */
  protected abstract stopStarting(): void;
  /** Ends all threads, of which none is blocked in a call on a descriptor. Never rejects. */
  protected abstract endThreads(): Promise<void>;

  /** @param onEnded called when the client has ended and its descriptor is closed */
  protected take(slot: WorkerSlot, client: ServedClient, onEnded: () => void): void {
    slot.client = client;
    this.#taken.set(slot, onEnded);
    this.#clients.add(client);
    this.#watch.wake();
  }

  protected isTaken(slot: WorkerSlot): boolean {
    return this.#taken.has(slot);
  }

  /** The thread does not use the descriptor any more: main closes it. */
  protected end(slot: WorkerSlot, reason: EndReason | 'thread lost'): void {
    const { client } = slot;
    if (!client) return;
    const onEnded = this.#free(slot);
    try {
      client.end(reason, slot.thread);
    } finally {
      this.#clients.delete(client);
      onEnded?.();
    }
  }

  /**
   * The slot's thread did not start, so nothing was done for its client.
   * @param giveBack called with the client, if there is one
   */
  protected withdraw(slot: WorkerSlot, giveBack: (client: ServedClient) => void): void {
    const { client } = slot;
    if (!client) return;
    const onEnded = this.#free(slot);
    this.#clients.delete(client);
    giveBack(client);
    onEnded?.();
  }

  #free(slot: WorkerSlot): (() => void) | undefined {
    const onEnded = this.#taken.get(slot);
    slot.client = undefined;
    this.#taken.delete(slot);
    return onEnded;
  }

  /** Its client is disconnected at once, and has its `closed` line when the thread has ended. */
  #endThread(slot: WorkerSlot, cause: EndCause, computedMs: number): void {
    slot.client?.abort(cause === 'client left' ? 'reset' : cause);
    this.endThread(slot, { cause, computedMs: toMicroseconds(computedMs) });
  }

  get count(): number {
    return this.#taken.size;
  }

  get bytes(): Clients['bytes'] {
    return this.#clients.bytes;
  }

  describe(most: number): Serving {
    return describeSlots(this.#takenFirst, most, (client, slot, state) =>
      client.view(state, slot.thread, slot.timesSoFar),
    );
  }

  locate(most: number): Serving<ClientPlace> {
    return describeSlots(this.#takenFirst, most, (client, slot) => client.place(slot.thread));
  }

  get handOff(): HandOffView | undefined {
    return this.stages?.describe();
  }

  get #takenFirst(): readonly WorkerSlot[] {
    const free = [...this.slots].filter((slot) => !this.#taken.has(slot));
    return [...this.#taken.keys(), ...free];
  }

  shutdownRead(): void {
    this.stopStarting();
    this.#clients.shutdownRead();
  }

  abort(): void {
    this.#clients.abort();
  }

  whenNone(): Promise<void> {
    return this.#clients.whenNone();
  }

  protected get isClosing(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Ends all clients and threads. Descriptors are shut down first, so that no thread blocks. Never
   * rejects.
   */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#watch.stop();
    this.abort();
    await this.endThreads();
    // Now no thread uses a leased descriptor any more.
    for (const slot of this.#taken.keys())
      this.end(slot, slot.mailbox.isEmpty ? slot.mailbox.reason : 'stopped');
  }
}
