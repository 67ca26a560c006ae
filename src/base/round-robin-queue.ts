/**
 * A queue in which keys (clients, addresses) take turns: the items of one key are taken in order,
 * one at a time, and a key with a thousand items does not delay the others. Runs on the main
 * thread.
 *
 *     put ──►  alice: 3 2 1 ─┐
 *     put ──►  bob:       1 ─┴─►  take: alice's 1, bob's 1 … alice's 2 only after release(alice)
 */
export class RoundRobinQueue<T> {
  readonly #items = new Map<string, T[]>();
  /** The keys that have a waiting item and no taken one, in the order of their turns. */
  readonly #ready = new Set<string>();
  #waiting = 0;

  /** The number of items that were put and not taken yet. */
  get waiting(): number {
    return this.#waiting;
  }

  waitingOf(key: string): number {
    return this.#items.get(key)?.length ?? 0;
  }

  put(key: string, item: T): void {
    this.#waiting++;
    const items = this.#items.get(key);
    if (items) {
      items.push(item);
      return;
    }
    this.#items.set(key, [item]);
    this.#ready.add(key);
  }

  /** Takes the next item. Its key gives no other item before {@link release}. */
  take(): T | undefined {
    for (const key of this.#ready) {
      this.#ready.delete(key);
      this.#waiting--;
      return this.#items.get(key)?.shift();
    }
    return undefined;
  }

  /** The caller has finished with the item that it took of this key. */
  release(key: string): void {
    if (this.#items.get(key)?.length) this.#ready.add(key);
    else this.#items.delete(key);
  }

  /** Drops all waiting items and returns their number. Taken ones are still released as usual. */
  clear(): number {
    const dropped = this.#waiting;
    for (const items of this.#items.values()) items.length = 0;
    for (const key of this.#ready) this.#items.delete(key);
    this.#ready.clear();
    this.#waiting = 0;
    return dropped;
  }
}
