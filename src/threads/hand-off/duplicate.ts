/**
 * `--handoff duplicate`: the thread gets a copy of the descriptor, which it owns and closes.
 *
 *     main                                         client thread
 *     copy = fcntl(fd, F_DUPFD_CLOEXEC)
 *     mailbox.lend(copy) ───── shared memory ────► mailbox.take(): recv(copy), send(copy) …
 *                                                  close(copy)
 *     close(fd)        ◄────── doorbell ────────── mailbox.settle(): the copy is closed
 *
 * Both descriptors are the same open socket, so main's still shuts it down and sends beside the
 * thread. The client sees the end when the last of the two is closed.
 *
 * Main makes the copy, and not the thread, so that main knows its number whenever the thread dies.
 * A thread that settles has closed its copy. After a death nobody knows how far it came: main then
 * closes that number if it is still the same socket. A number that was closed may be another
 * client's by now.
 */
import { fstatSync } from 'node:fs';
import type { EndReason } from '../../connection/end-reason.js';
import { close, duplicate } from '../../base/libc/socket.js';
import { DescriptorLease, type Recipient } from '../lease.js';
import type { AcceptedSocket } from '../../serving/host.js';
import { LentClients } from './lend.js';
import type { Taken } from './client-source.js';

/** Main's side. */
export class CopyLease extends DescriptorLease {
  readonly #copy: number;
  /** Whether the thread has closed the copy. */
  #isCopyClosed = (): boolean => false;

  /** @throws SystemCallError when no descriptor is left for the copy */
  constructor(socket: AcceptedSocket) {
    super(socket);
    this.#copy = duplicate(this.fd);
  }

  override giveTo({ mailbox }: Recipient, connection: number): void {
    mailbox.lend(this.#copy, connection);
    this.#isCopyClosed = () => mailbox.isEmpty;
  }

  override takeBack(): void {
    this.#closeCopy();
  }

  override end(): void {
    if (!this.#isCopyClosed()) this.#closeCopy();
    super.end();
  }

  /** The thread is dead, or has never run: it closes nothing any more. */
  #closeCopy(): void {
    if (isSameSocket(this.#copy, this.fd)) close(this.#copy);
  }
}

/** Client thread. */
export class CopiedClients extends LentClients {
  #fd = -1;

  override next(): Taken | undefined {
    const taken = this.mailbox.take();
    this.#fd = taken?.fd ?? -1;
    return taken;
  }

  override settle(reason: EndReason): void {
    close(this.#fd);
    super.settle(reason);
  }
}

/** Each open socket has an inode of its own. */
function isSameSocket(one: number, other: number): boolean {
  try {
    const [{ dev, ino }, second] = [fstatSync(one), fstatSync(other)];
    return dev === second.dev && ino === second.ino;
  } catch {
    // One of them is closed.
    return false;
  }
}
