/**
 * Gathers what one thread has to say to another in a turn of its loop, and posts it as one message.
 * Used on both sides. A message wakes the other thread, which costs more than all that is in it.
 */
import type { Socket } from 'node:net';
import type { MessagePort } from 'node:worker_threads';
import { transferListOf } from '../../base/net-socket.js';
import type { Batch } from './protocol.js';

/** Calls `post` when what belongs to this turn has been said. */
type AtEndOfTurn = (post: () => void) => void;

/**
 * Main: after the microtasks that are due now, which includes the answers of sessions that waited
 * for the end of the turn (shared/turn.ts), and all clients of a batch that the acceptor yields.
 */
export const afterMicrotasks: AtEndOfTurn = (post) => {
  process.nextTick(() => queueMicrotask(() => process.nextTick(post)));
};

/** Worker: after the events of this turn. */
export const afterEvents: AtEndOfTurn = (post) => {
  setImmediate(post);
};

/** More than these do not wait for a batch: the other side would stand still while it reads them. */
const MOST_WAITING = 64;

export class Outbox<Message> {
  readonly #port: MessagePort;
  readonly #atEndOfTurn: AtEndOfTurn;
  readonly #post = (): void => this.#flush();
  #messages: Message[] = [];
  #isDue = false;
  #number = 1;
  #later: NodeJS.Timeout | undefined;

  constructor(port: MessagePort, atEndOfTurn: AtEndOfTurn) {
    this.#port = port;
    this.#atEndOfTurn = atEndOfTurn;
  }

  /** The number of the batch that is gathered now. */
  get number(): number {
    return this.#number;
  }

  /** The last message of the batch that is gathered now. */
  get last(): Message | undefined {
    return this.#messages.at(-1);
  }

  push(message: Message): void {
    this.#messages.push(message);
    if (this.#isDue) return;
    this.#isDue = true;
    this.#atEndOfTurn(this.#post);
  }

  /**
   * A message that the other side does not wait for: goes with the next batch, within `ms`
   * milliseconds, or at the end of this turn when many have gathered.
   */
  pushWithin(ms: number, message: Message): void {
    if (this.#messages.length >= MOST_WAITING) {
      this.push(message);
      return;
    }
    this.#messages.push(message);
    this.postWithin(ms);
  }

  /**
   * Posts the message at once, with a socket that it transfers, behind what has been gathered.
   * @throws Error when the socket cannot be transferred; the message is then not posted
   */
  postWith(message: Message, socket: Socket): void {
    if (this.#messages.length > 0) this.#flush();
    const batch: Batch<Message> = { number: this.#number++, messages: [message] };
    this.#port.postMessage(batch, transferListOf(socket));
  }

  /** Posts a batch within `ms` milliseconds, even if it is empty: the other side has to look. */
  postWithin(ms: number): void {
    this.#later ??= setTimeout(this.#post, ms);
  }

  #flush(): void {
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#isDue = false;
    const batch: Batch<Message> = { number: this.#number++, messages: this.#messages };
    this.#messages = [];
    this.#port.postMessage(batch);
  }
}
