/**
 * Finds client threads that compute without end, or for a client that has left. Main thread.
 *
 * A task is what a thread computes between two uses of its connection. Main looks at the threads
 * that have a client a few times in the time limit, and once a second without one: at the bytes
 * that they have moved and at their processor clocks. That costs a thread nothing and main a
 * microsecond a thread. Processor time is the measure, since a thread without a core does not
 * compute. client-threads.ts ends what is found here.
 */
import { bindPoll } from '../base/libc/poll.js';
import { bindThreadClock } from '../base/libc/thread.js';
import type { ServedClient } from '../serving/served-client.js';
import type { WorkerSlot } from './worker-slot.js';

/** How long a thread may compute for a client that has left. */
const LEFT_MS = 1000;
const [LEAST_EVERY_MS, MOST_EVERY_MS] = [25, 1000];
const LOOKS_IN_LIMIT = 4;
/** A thread that has run for less since the last look waits for something. */
const LEAST_RUN_MS = 1;

export type EndCause = 'task limit' | 'client left';

interface Task {
  readonly client: ServedClient | undefined;
  readonly movedBytes: number;
  /** The thread's processor time when the task was first seen. */
  readonly fromMs: number;
  /** At the last look. */
  ranMs: number;
  /** When the client was found to have left. */
  leftAtMs?: number;
}

/** @param computedMs how long the thread has computed without using its connection */
type OnOver = (slot: WorkerSlot, cause: EndCause, computedMs: number) => void;

export class TaskWatch {
  readonly #limitMs: number;
  readonly #slots: Iterable<WorkerSlot>;
  readonly #onOver: OnOver;
  readonly #ranMsOf = bindThreadClock();
  readonly #endedOf = bindPoll(0);
  readonly #tasks = new WeakMap<WorkerSlot, Task>();
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param limitMs how long a task may take, in milliseconds of processor time; 0: without limit
   * @param slots those with a client
   */
  constructor(limitMs: number, slots: Iterable<WorkerSlot>, onOver: OnOver) {
    this.#limitMs = limitMs;
    this.#slots = slots;
    this.#onOver = onOver;
  }

  /** A slot has a client. The watch stops by itself when none has. */
  wake(): void {
    this.#timer ??= setInterval(() => this.#look(), this.#everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  get #everyMs(): number {
    const everyMs = (this.#limitMs || Infinity) / LOOKS_IN_LIMIT;
    return Math.min(MOST_EVERY_MS, Math.max(LEAST_EVERY_MS, everyMs));
  }

  #look(): void {
    let isIdle = true;
    // A copy: a slot that is found here may leave.
    for (const slot of [...this.#slots]) {
      isIdle = false;
      if (slot.thread !== undefined && !slot.isSettled && !slot.isEnding) this.#lookAt(slot);
    }
    if (isIdle) this.stop();
  }

  #lookAt(slot: WorkerSlot): void {
    const ranMs = slot.tid === undefined ? undefined : this.#ranMsOf(slot.tid);
    if (ranMs === undefined) return;
    const { client, mailbox } = slot;
    const movedBytes = mailbox.bytesIn + mailbox.bytesOut;
    const task = this.#tasks.get(slot);
    if (task?.client !== client || task?.movedBytes !== movedBytes) {
      this.#tasks.set(slot, { client, movedBytes, fromMs: ranMs, ranMs });
      return;
    }
    if (ranMs - task.ranMs < LEAST_RUN_MS) return;
    task.ranMs = ranMs;
    if (slot.state !== 'running') {
      this.#tasks.set(slot, { client, movedBytes, fromMs: ranMs, ranMs });
      return;
    }
    const computedMs = ranMs - task.fromMs;
    if (this.#limitMs > 0 && computedMs > this.#limitMs) {
      this.#onOver(slot, 'task limit', computedMs);
    } else if (this.#endedOf([{ fd: mailbox.descriptor }]).length > 0) {
      task.leftAtMs ??= ranMs;
      if (ranMs - task.leftAtMs >= LEFT_MS) this.#onOver(slot, 'client left', computedMs);
    }
  }
}
