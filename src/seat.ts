/**
 * A place for one client at a time: a mailbox, and the thread that serves what is put into it. Main thread.
 * client-threads.ts fills and empties seats; this file only keeps what belongs to one.
 */
import type { Accepted } from './acceptor.js';
import type { Loan } from './lend.js';
import { Mailbox } from './mailbox.js';

interface SeatedClient {
  readonly accepted: Accepted;
  readonly loan: Loan;
  /** Main has ended its input, so an end of stream is the server's doing and not the client's. */
  inputEnded: boolean;
  /** Main has cut it short, so whatever error the thread reports is the server's doing, too. */
  brokenOff: boolean;
  readonly served: () => void;
}

export class Seat {
  readonly index: number;
  readonly mailbox = new Mailbox();
  /** Taken from when main has put a client in until it has closed that client's descriptor. */
  client: SeatedClient | undefined;
  /** Resolves when the thread is up, rejects if it dies before. */
  readonly ready: Promise<void>;
  readonly #givingUp = new AbortController();
  #thread: number | undefined;
  #onReady = (): void => undefined;
  #onLost: (error: Error) => void = () => undefined;

  constructor(index: number) {
    this.index = index;
    this.ready = new Promise<void>((resolve, reject) => {
      this.#onReady = resolve;
      this.#onLost = reject;
    });
    // Only a start or a stop of the server waits for it; in between it is no news that a thread has not come up.
    this.ready.catch(() => undefined);
  }

  /** The id of the worker thread; undefined until main has heard that it is up. */
  get thread(): number | undefined {
    return this.#thread;
  }

  noteReady(thread: number): void {
    this.#thread = thread;
    this.#onReady();
  }

  /** Takes the seat's task back from the pool's queue, whereupon the task fails. Not for a task that runs. */
  giveUp(error: Error): void {
    this.#givingUp.abort(error);
  }

  get givenUp(): AbortSignal {
    return this.#givingUp.signal;
  }

  noteLost(error: Error): void {
    this.#onLost(error);
  }

  /**
   * Whether the thread is through with the client. Not before main has heard that the thread is up, though it may have
   * served its first client by then: a seat is set free once, by whichever news comes last.
   */
  get isSettled(): boolean {
    return this.#thread !== undefined && this.mailbox.isEmpty;
  }
}
