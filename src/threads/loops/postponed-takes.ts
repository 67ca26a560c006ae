/**
 * Clients that a worker cannot take for lack of descriptors, and what main wants of them meanwhile.
 * Worker; for adopted-clients.ts. Main keeps its descriptors of them, and accepts none of the last
 * free ones, so that the next copy is possible as soon as the worker tries again.
 */
import type { Order } from './protocol.js';

const RETRY_MS = 50;

export class PostponedTakes {
  /** In the order of the hand-over, which main relies on. */
  #orders: Order[] = [];
  readonly #obey: (order: Order) => void;

  /** @param obey is given the orders again */
  constructor(obey: (order: Order) => void) {
    this.#obey = obey;
  }

  /** Keeps a `take` that failed, or an order that belongs behind one. */
  add(order: Order): void {
    if (this.#orders.push(order) === 1) setTimeout(() => this.#retry(), RETRY_MS);
  }

  /** Whether the order must wait: it takes a client behind others, or is for one of them. */
  precede(order: Order): boolean {
    if (this.#orders.length === 0 || !('connection' in order)) return false;
    if (order.kind === 'take') return true;
    const { connection } = order;
    return this.#orders.some((kept) => 'connection' in kept && kept.connection === connection);
  }

  #retry(): void {
    const orders = this.#orders;
    this.#orders = [];
    for (const order of orders) this.#obey(order);
  }
}
