/**
 * A queue with a lane for each client: what comes from one is taken in order, one at a time, and who has a thousand
 * waiting does not keep the others from their turns. Main thread.
 *
 *     put ──►  alice: 3 2 1 ─┐
 *     put ──►  bob:       1 ─┴─►  take: alice's 1, bob's 1 … alice's 2 only after release(alice)
 */
export class Lanes<T> {
  readonly #lanes = new Map<string, T[]>();
  /** The clients with something to take and nothing being worked on, in the order in which they come up. */
  readonly #ready = new Set<string>();
  #waiting = 0;

  /** How many have been put and not yet taken. */
  get waiting(): number {
    return this.#waiting;
  }

  waitingOf(client: string): number {
    return this.#lanes.get(client)?.length ?? 0;
  }

  put(client: string, item: T): void {
    this.#waiting++;
    const lane = this.#lanes.get(client);
    if (lane) {
      lane.push(item);
      return;
    }
    this.#lanes.set(client, [item]);
    this.#ready.add(client);
  }

  /** The next item; its client has no other until {@link release}. */
  take(): T | undefined {
    for (const client of this.#ready) {
      this.#ready.delete(client);
      this.#waiting--;
      return this.#lanes.get(client)?.shift();
    }
    return undefined;
  }

  release(client: string): void {
    if (this.#lanes.get(client)?.length) this.#ready.add(client);
    else this.#lanes.delete(client);
  }

  /** Forgets what waits, and says how much that was. Whoever is being worked on is released as usual. */
  clear(): number {
    const forgotten = this.#waiting;
    for (const lane of this.#lanes.values()) lane.length = 0;
    for (const client of this.#ready) this.#lanes.delete(client);
    this.#ready.clear();
    this.#waiting = 0;
    return forgotten;
  }
}
