/**
 * `--handoff lend`: main writes the number of the descriptor into the thread's mailbox and stays its
 * owner. The default.
 *
 *     main                                         client thread
 *     mailbox.lend(fd) ─────── shared memory ────► mailbox.take(): recv(fd), send(fd) …
 *     close(fd)        ◄────── doorbell ────────── mailbox.settle()
 *
 * One descriptor, one owner, one close, and no system call but the wake-up. What it asks for is
 * discipline: the thread never closes, and main never closes while the thread may still call. Main's
 * side is ../lease.ts; this is the client thread's.
 */
import type { MaybePromise } from '../../connection/connection.js';
import type { EndReason } from '../../connection/end-reason.js';
import { LoopTurns } from '../loop-turns.js';
import type { Mailbox } from '../mailbox.js';
import type { ClientSource, Taken } from './client-source.js';

export class LentClients implements ClientSource {
  protected readonly mailbox: Mailbox;
  readonly #turns: LoopTurns;

  constructor(mailbox: Mailbox) {
    this.mailbox = mailbox;
    this.#turns = new LoopTurns(mailbox);
  }

  next(): MaybePromise<Taken | undefined> {
    return this.mailbox.take();
  }

  settle(reason: EndReason): void {
    this.mailbox.settle(reason);
  }

  isTurnDue(startedAtMs: number): boolean {
    return this.#turns.isDue(startedAtMs);
  }
}
