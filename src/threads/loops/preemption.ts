/**
 * Whether a worker that wakes takes the core from the thread that runs. Worker.
 *
 * While clients come and leave, it should not: main hands several over in a turn, and a worker that
 * finds more of them when its turn comes wakes less often. With clients that stay, each would wait
 * longer, and not all alike; so the worker is then as good as any other thread. docs/measurements.md
 * has the figures.
 */
import { monotonicMs } from '../../base/clock.js';
import { bindScheduler } from '../../base/libc/thread.js';

/** A client that is older stays. Most short conversations take a few milliseconds. */
const SHORT_MS = 20;

interface Taken {
  readonly takenAtMs: number;
}

export class Preemption {
  readonly #scheduler = bindScheduler();
  /** The oldest first. */
  readonly #clients: ReadonlyMap<number, Taken>;
  #preempts = false;
  #look: NodeJS.Timeout | undefined;

  constructor(clients: ReadonlyMap<number, Taken>) {
    this.#clients = clients;
    this.#scheduler.asBatch();
  }

  noteTaken(): void {
    if (!this.#preempts) this.#look ??= setTimeout(() => this.#lookForStaying(), SHORT_MS).unref();
  }

  noteEnded(): void {
    if (!this.#preempts || this.#clients.size > 0) return;
    this.#preempts = false;
    this.#scheduler.asBatch();
  }

  #lookForStaying(): void {
    this.#look = undefined;
    const [oldest] = this.#clients.values();
    if (!oldest) return;
    if (monotonicMs() - oldest.takenAtMs < SHORT_MS) {
      this.noteTaken();
      return;
    }
    this.#preempts = true;
    this.#scheduler.asUsual();
  }
}
