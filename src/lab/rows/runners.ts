/**
 * The threads that compute for longer than a moment: running in two snapshots, one after the other.
 * A snapshot alone finds many threads running for a millisecond, and on a busy machine those that
 * wait for a core. The lab's main thread.
 */
import type { BriefSnapshot } from '../../admin/snapshot.js';

export class Runners {
  #last: ReadonlySet<number> = new Set();
  #before: ReadonlySet<number> = new Set();

  onSnapshot({ threads }: Pick<BriefSnapshot, 'threads'>): void {
    const running = (threads?.first ?? []).filter(({ state }) => state === 'running');
    this.#before = this.#last;
    this.#last = new Set(running.map(({ thread = 0 }) => thread));
  }

  has(thread: number): boolean {
    return this.#last.has(thread) && this.#before.has(thread);
  }
}
