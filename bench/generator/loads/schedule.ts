/**
 * The schedule of an open loop: the connections take turns, request k is due at `origin + k / rate` on connection k mod n.
 *
 * Part of the generator's hot path: nothing is allocated for a request. It knows which requests are due, postponed and
 * sent; open-loop.ts does the sending.
 */
export class Schedule {
  readonly #clients: number;
  readonly #intervalNs: number;
  #originNs = 0;
  #requests = 0;
  #next = 0;
  /** By client: requests that were taken up and not sent, and requests that were sent. */
  readonly #postponed: Uint32Array;
  readonly #sent: Uint32Array;

  /** @param requestsPerSecond of all clients together */
  constructor(clients: number, requestsPerSecond: number) {
    this.#clients = clients;
    this.#intervalNs = 1e9 / requestsPerSecond;
    this.#postponed = new Uint32Array(clients);
    this.#sent = new Uint32Array(clients);
  }

  /** Begins anew with so many requests. What was postponed is forgotten. */
  start(originNs: number, requests: number): void {
    this.#originNs = originNs;
    this.#requests = requests;
    this.#next = 0;
    this.#postponed.fill(0);
    this.#sent.fill(0);
  }

  /** When the first request is due that has not been taken up; Infinity if there is none left. */
  get nextDueNs(): number {
    return this.#next < this.#requests ? this.#originNs + this.#next * this.#intervalNs : Infinity;
  }

  /** Takes that request up. @returns the client that must send it now, or postpone it */
  takeUp(): number {
    return this.#next++ % this.#clients;
  }

  postpone(client: number): void {
    this.#postponed[client] = (this.#postponed[client] ?? 0) + 1;
  }

  /** How many requests of the client are postponed. */
  postponed(client: number): number {
    return this.#postponed[client] ?? 0;
  }

  /** The client sends the oldest of its requests that were taken up. @returns when that was due */
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
    return Array.from({ length: this.postponed(client) }, (_, index) => this.#dueOf(client, sent + index));
  }

  /** When the client's request of this number is due. */
  #dueOf(client: number, number: number): number {
    return this.#originNs + (number * this.#clients + client) * this.#intervalNs;
  }
}
