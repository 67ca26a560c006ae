/**
 * `--handoff task`: each client is one `pool.run` of piscina, as it is first written.
 *
 *     main                                         a thread of the pool
 *     pool.run({ fd, … }) ──── message ──────────► serveConnection({ fd, … }): recv(fd), send(fd) …
 *     close(fd)           ◄─── message: reason ─── returns
 *
 * The pool chooses the thread, starts threads and replaces dead ones. Three lines instead of a mailbox
 * and a doorbell, at the price of two messages and of what the pool does for each task: about as much
 * as accepting the connection. Main still lends: it closes the descriptor when the promise settles,
 * however it does.
 *
 * A slot is a place for one client, and not for one thread: whichever thread runs the task writes its
 * number into the slot's mailbox. Its words are also how main reads a client's bytes meanwhile.
 *
 * The pool's own way to wait for tasks, with Atomics, is switched off: it stops a thread's event loop
 * between tasks, and with it what a service has left running. task-threads.ts is main's side,
 * workers/serve-connection.ts what a thread runs.
 */
import { WorkerSlot } from '../worker-slot.js';

/** A place for one client. */
export class TaskSlot extends WorkerSlot {
  readonly #kernelThreadOf: (thread: number) => string | undefined;

  /** @param kernelThreadOf where /proc shows a thread's state */
  constructor(
    index: number,
    shares: boolean,
    kernelThreadOf: (thread: number) => string | undefined,
  ) {
    super(index, shares);
    this.#kernelThreadOf = kernelThreadOf;
  }

  /** The thread that runs its task. */
  override get thread(): number | undefined {
    return this.mailbox.thread || undefined;
  }

  protected override get kernelThread(): string | undefined {
    return this.thread === undefined ? undefined : this.#kernelThreadOf(this.thread);
  }
}
