/** Counts what happened since the start, for admin/observer.ts and admin/vitals.ts. Main thread. */
export class ConnectionCounters {
  readonly #closed = new Map<string, number>();
  #served = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  #threadsLost = 0;

  /** @param wasServed whether a handler began for the client */
  noteClosed(reason: string, wasServed: boolean, bytesIn: number, bytesOut: number): void {
    this.#closed.set(reason, (this.#closed.get(reason) ?? 0) + 1);
    if (wasServed) this.#served++;
    this.#bytesIn += bytesIn;
    this.#bytesOut += bytesOut;
  }

  noteThreadLost(): void {
    this.#threadsLost++;
  }

  get counts() {
    return { served: this.#served, closed: Object.fromEntries(this.#closed) };
  }

  /** Of the connections that have ended. */
  get bytes() {
    return { bytesIn: this.#bytesIn, bytesOut: this.#bytesOut };
  }

  get threadsLost(): number {
    return this.#threadsLost;
  }
}
