/**
 * A client that has a seat: its loan, its part in what the clients share, and what main has done to it. Main thread;
 * client-threads.ts makes one for each client that it lends.
 */
import type { Accepted } from '../server/acceptor.js';
import { NO_BYTES, SLOW_BYTES } from '../connection/connection.js';
import type { Loan } from './lease.js';
import { reasonOf, type EndReason } from '../services/conversation.js';
import { ClientMember, type Outlet } from '../shared/client-member.js';
import type { Session, Shared } from '../shared/shared.js';

/** How long to wait before what the kernel had no room for is tried again. Nothing tells main when there is room. */
const RETRY_MS = 2;
/** How long a client that is dismissed may take to read what was said to it before. */
const DISMISSAL_MS = 1000;

export class SeatedClient implements Outlet {
  readonly accepted: Accepted;
  /** What its handler calls on main; undefined where clients share nothing. */
  readonly session: Session | undefined;
  readonly #loan: Loan;
  readonly #onServed: () => void;
  #hasLeft = false;
  /** Main has ended its input, so an end of stream is the server's doing and not the client's. */
  #inputEnded: 'stopped' | 'dismissed' | undefined;
  /** Main has cut it short, so whatever error the thread reports is the server's doing, too. */
  #brokenOff: 'stopped' | 'slow' | undefined;
  #deliveredBytes = 0;
  /** What was delivered and the kernel had no room for yet. */
  #unsent: Uint8Array = NO_BYTES;
  #retry: NodeJS.Timeout | undefined;

  constructor(accepted: Accepted, loan: Loan, shared: Shared | undefined, onServed: () => void) {
    this.accepted = accepted;
    this.#loan = loan;
    this.#onServed = onServed;
    this.session = shared?.enter(new ClientMember(accepted.id, this));
  }

  /** What main has sent to it, beside what its thread has. */
  get deliveredBytes(): number {
    return this.#deliveredBytes;
  }

  deliver(bytes: Uint8Array): void {
    if (this.#brokenOff) return;
    if (this.#retry === undefined) this.#send(bytes);
    else this.#keep(Buffer.concat([this.#unsent, bytes]));
  }

  dismiss(): void {
    if (this.#retry === undefined) this.endInput('dismissed');
    else setTimeout(() => this.endInput('dismissed'), DISMISSAL_MS).unref();
  }

  endInput(why: 'stopped' | 'dismissed'): void {
    this.#inputEnded ??= why;
    this.#loan.endInput();
  }

  breakOff(why: 'stopped' | 'slow'): void {
    this.#brokenOff ??= why;
    this.#forgetUnsent();
    this.#loan.breakOff();
    // Nothing that it has sent before it was cut off is said any more.
    if (why === 'slow') this.#leave();
  }

  /** Its thread has settled or is dead: leaves what it shares and closes the descriptor. Returns why it has ended. */
  end<R extends string>(reason: EndReason | R): EndReason | R {
    this.#forgetUnsent();
    this.#leave();
    this.#loan.giveBack();
    return this.#brokenOff ?? reasonOf(reason, this.#inputEnded);
  }

  /** Nothing is left to be done for it. */
  noteServed(): void {
    this.#onServed();
  }

  #send(bytes: Uint8Array): void {
    const sent = this.#loan.deliver(bytes);
    if (sent === undefined) {
      this.#forgetUnsent();
      return;
    }
    this.#deliveredBytes += sent;
    this.#keep(bytes.subarray(sent));
  }

  #keep(unsent: Uint8Array): void {
    this.#unsent = unsent;
    if (unsent.length === 0) return;
    if (unsent.length > SLOW_BYTES) {
      this.breakOff('slow');
      return;
    }
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.#send(this.#unsent);
    }, RETRY_MS);
  }

  #forgetUnsent(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#unsent = NO_BYTES;
  }

  #leave(): void {
    if (!this.#hasLeft) this.session?.leave();
    this.#hasLeft = true;
  }
}
