/**
 * The clients that a model serves at the moment, and how a stop waits for them. Main thread; for
 * every model.
 */
import type { ServedClient } from './served-client.js';

export class ServedClients {
  readonly #clients = new Set<ServedClient>();
  #stopping = false;
  #onNone: (() => void)[] = [];

  get count(): number {
    return this.#clients.size;
  }

  [Symbol.iterator](): Iterator<ServedClient> {
    return this.#clients.values();
  }

  /** What has passed so far. A closed one is counted in ConnectionCounters, and no longer here. */
  get bytes(): { bytesIn: number; bytesOut: number } {
    const sum = { bytesIn: 0, bytesOut: 0 };
    for (const client of this.#clients) {
      sum.bytesIn += client.bytesIn;
      sum.bytesOut += client.bytesOut;
    }
    return sum;
  }

  add(client: ServedClient): void {
    this.#clients.add(client);
    // A client that was on its way from the acceptor when the server began to stop.
    if (this.#stopping) client.shutdownRead();
  }

  /** The client has ended. */
  delete(client: ServedClient): void {
    this.#clients.delete(client);
    if (this.#clients.size === 0) for (const resolve of this.#onNone.splice(0)) resolve();
  }

  /** From now on every client's input ends, also that of clients added later. */
  shutdownRead(): void {
    this.#stopping = true;
    for (const client of this.#clients) client.shutdownRead();
  }

  abort(): void {
    for (const client of this.#clients) client.abort('stopped');
  }

  /** Resolves as soon as there is no client. */
  whenNone(): Promise<void> {
    return this.#clients.size === 0
      ? Promise.resolve()
      : new Promise((resolve) => void this.#onNone.push(resolve));
  }
}
