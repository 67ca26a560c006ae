/**
 * Clients that leave while they wait in the acceptor's queue. Main thread; for acceptor.ts. Nothing
 * reads a waiting client's socket, so each is looked at about once a second.
 *
 * A client that has closed its side and has sent nothing has left: a service that reads would read
 * the end of its stream. One that sent a request before (`printf … | nc -N`) still waits for its
 * answer, and so does a silent one of a service that answers without reading.
 */
import type { Accepted } from '../serving/host.js';

/** Together with a late timer, still within a second. */
const LOOK_EVERY_MS = 900;
/** Bounds a turn of the loop: each look is a system call. */
const MOST_A_TURN = 8192;

export class Departures {
  readonly #queue: Accepted[];
  readonly #readsFirst: boolean;
  readonly #onLeft: (client: Accepted) => void;
  #timer: NodeJS.Timeout | undefined;
  /** Where the next look begins in a queue that is too long for one turn. */
  #next = 0;

  /** @param readsFirst whether the service waits for a message before it answers */
  constructor(queue: Accepted[], readsFirst: boolean, onLeft: (client: Accepted) => void) {
    this.#queue = queue;
    this.#readsFirst = readsFirst;
    this.#onLeft = onLeft;
  }

  /** A client has joined the queue. */
  watch(): void {
    this.#timer ??= setTimeout(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  #look(): void {
    this.#timer = undefined;
    const queue = this.#queue;
    if (this.#next >= queue.length) this.#next = 0;
    const end = Math.min(queue.length, this.#next + MOST_A_TURN);
    const looked = queue.slice(this.#next, end);
    const left = looked.filter(({ socket }) => socket.hasLeft(this.#readsFirst));
    if (left.length > 0) {
      const gone = new Set(left);
      queue.splice(this.#next, looked.length, ...looked.filter((client) => !gone.has(client)));
    }
    this.#next = end - left.length;
    for (const client of left) this.#onLeft(client);
    if (queue.length > 0) this.watch();
  }
}
