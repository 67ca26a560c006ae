/**
 * `--handoff reuse-port`: each thread accepts from a listening socket of its own. All have the same
 * port (SO_REUSEPORT), and the kernel chooses one for each connection by a hash of its addresses.
 *
 *     main                                         client threads
 *     opens --threads listeners, lends one each ─► accept4(own listener) blocks
 *     as with share.ts            ◄── doorbell ─── mailbox.report(fd) …
 *
 * No two threads compete for a connection. But the hash knows nothing of who is busy: a client can
 * wait in the queue of a thread that serves another one while other threads are free. That is the
 * right bargain for short conversations on many cores, and the wrong one for clients that stay.
 *
 * Connections that wait belong to their listener: when it is closed, the kernel resets them, and no
 * other thread gets them. So main owns the listeners, and the thread that replaces a dead one gets the
 * dead one's. At a stop those that wait are reset, and a line of the log counts them. Read share.ts
 * first.
 */
import { listenOnPort, type InternetAddress } from '../../base/libc/listener.js';
import { close } from '../../base/libc/socket.js';
import { BACKLOG } from '../../serving/listener-options.js';
import { ThreadListeners } from './share.js';

export class PortListeners extends ThreadListeners {
  readonly #count: number;
  /** By slot. */
  readonly #lent = new Map<number, number>();

  /** @param count one for each thread */
  constructor(count: number, onReset: (connections: number) => void) {
    super(onReset);
    this.#count = count;
  }

  protected openPort(where: InternetAddress) {
    // Without SO_REUSEPORT first: otherwise two servers of one user could listen on one port, and
    // each would get a part of the clients.
    const { fd: probe, port } = listenOnPort(where, 1, false);
    close(probe);
    const fds: number[] = [];
    try {
      while (fds.length < this.#count) fds.push(listenOnPort({ ...where, port }, BACKLOG, true).fd);
    } catch (error) {
      for (const fd of fds) close(fd);
      throw error;
    }
    return { fds, port };
  }

  fdFor(slot: number): number | undefined {
    if (this.isShut) return undefined;
    const lent = this.#lent.get(slot);
    if (lent !== undefined) return lent;
    const taken = new Set(this.#lent.values());
    const free = this.fds.find((fd) => !taken.has(fd));
    if (free !== undefined) this.#lent.set(slot, free);
    return free;
  }

  release(slot: number): void {
    this.#lent.delete(slot);
  }
}
