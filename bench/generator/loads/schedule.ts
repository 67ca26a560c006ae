/**
 * The schedule of an open loop: the connections take turns with the arrivals.
 *
 * Request k is due when arrivals.ts says, on connection k mod n. The schedule knows which requests
 * are due, postponed and sent; open-loop.ts sends them. On the generator's hot path: no allocation
 * per request.
 */
import type { Arrivals } from './arrivals.js';

const NONE: Arrivals = { count: 0, dueNs: () => Infinity };

export class Schedule {
  readonly #clients: number;
  #originNs = 0;
  #arrivals = NONE;
  #next = 0;
  /** By client: requests taken but not sent, and requests sent. */
  readonly #postponed: Uint32Array;
  readonly #sent: Uint32Array;

  constructor(clients: number) {
    this.#clients = clients;
    this.#postponed = new Uint32Array(clients);
    this.#sent = new Uint32Array(clients);
  }

  /** Starts again with these requests. Forgets postponed requests. */
  start(originNs: number, arrivals: Arrivals): void {
    this.#originNs = originNs;
    this.#arrivals = arrivals;
    this.#next = 0;
    this.#postponed.fill(0);
    this.#sent.fill(0);
  }

  /** When the next request is due that is not taken yet; Infinity if none is left. */
  get nextDueNs(): number {
    return this.#next < this.#arrivals.count
      ? this.#originNs + this.#arrivals.dueNs(this.#next)
      : Infinity;
  }

  /** Takes the next request. @returns its client, which has to send or postpone it */
  take(): number {
    return this.#next++ % this.#clients;
  }

  postpone(client: number): void {
    this.#postponed[client] = (this.#postponed[client] ?? 0) + 1;
  }

  /** How many requests of the client are postponed. */
  postponed(client: number): number {
    return this.#postponed[client] ?? 0;
  }

  /** Marks the client's oldest taken request as sent. @returns when it was due */
  send(client: number): number {
    const postponed = this.#postponed[client] ?? 0;
    if (postponed > 0) this.#postponed[client] = postponed - 1;
    const number = this.#sent[client] ?? 0;
    this.#sent[client] = number + 1;
    return this.#dueOf(client, number);
  }

  /** When each of the client's postponed requests was due. */
  postponedDueNs(client: number): number[] {
    const sent = this.#sent[client] ?? 0;
    return Array.from({ length: this.postponed(client) }, (_, index) =>
      this.#dueOf(client, sent + index),
    );
  }

  /** When the client's request of this number is due, counted from 0. */
  #dueOf(client: number, number: number): number {
    return this.#originNs + this.#arrivals.dueNs(number * this.#clients + client);
  }
}
