/** Counts how connections ended, for snapshots (admin/observer.ts). Main thread. */
export class ConnectionCounters {
  readonly #closed = new Map<string, number>();
  #served = 0;

  /** @param wasServed whether a handler began for the client */
  noteClosed(reason: string, wasServed: boolean): void {
    this.#closed.set(reason, (this.#closed.get(reason) ?? 0) + 1);
    if (wasServed) this.#served++;
  }

  get counts() {
    return { served: this.#served, closed: Object.fromEntries(this.#closed) };
  }
}
