/**
 * `--handoff share`: all threads accept from one listening descriptor, as prethreaded servers do
 * (Stevens, Unix Network Programming, 30.11; Bendersky, "Concurrent Servers").
 *
 *     main                                         client threads
 *     opens the listener, lends it to all ───────► accept4(listener) blocks; the kernel wakes one
 *     enters the client, logs it  ◄── doorbell ─── mailbox.report(fd): recv(fd), send(fd) …
 *     close(fd), lends again      ◄── doorbell ─── mailbox.settleReported()
 *
 * Main is not in the way of a client: its thread has it as soon as the kernel has. Main still learns
 * of each, because what clients share, the counters and the log are there, and it closes the
 * descriptor: the lease goes the other way. A thread accepts its next client when main has closed the
 * last one. Where clients share something, the thread waits until main has entered its client.
 *
 * All threads start before the first client comes, since nobody is there to start one on demand.
 * While all have clients, others wait in the kernel's queue: no thread refuses, and main does not see
 * them. At a stop the kernel resets those.
 *
 * A thread that is blocked in accept4(2) is woken by shutdown(2) of the listener, on TCP and
 * Unix-domain sockets alike. Main closes the listener when no thread uses it any more. Threads read
 * accepted-clients.ts, main accepting-threads.ts.
 */
import { lookup } from 'node:dns/promises';
import { rmSync } from 'node:fs';
import { bindTcpInfo } from '../../base/libc/tcp-info.js';
import { listenOnPath, listenOnPort, setListenerOptions } from '../../base/libc/listener.js';
import type { InternetAddress } from '../../base/libc/listener.js';
import { close, setBlocking, shutdown, SHUT_RDWR } from '../../base/libc/socket.js';
import { BACKLOG, LISTENER_OPTIONS } from '../../serving/listener-options.js';
import { removeStaleSocket, startError, type ListenAddress } from '../../serving/listen-address.js';
import type { Listening } from '../../serving/host.js';

/** The listening sockets from which threads accept. Main thread. */
export abstract class ThreadListeners implements Listening {
  readonly emptyAtMs = -Infinity;
  #ipAddress: string | undefined;
  #path: string | undefined;
  /** Open descriptors; shut down at a stop. */
  #fds: readonly number[] = [];
  #isShut = false;
  readonly #tcpInfo = bindTcpInfo();
  readonly #onReset: (connections: number) => void;

  /** @param onReset connections wait that no thread will accept any more: the kernel resets them */
  constructor(onReset: (connections: number) => void) {
    this.#onReset = onReset;
  }

  async listen(address: ListenAddress): Promise<number> {
    try {
      if ('path' in address) {
        await removeStaleSocket(address.path);
        const fd = listenOnPath(address.path, BACKLOG);
        this.#path = address.path;
        setBlocking(fd);
        this.#fds = [fd];
        return 0;
      }
      const { address: host, family } = await lookup(address.host);
      const where: InternetAddress = { host, family: family === 6 ? 6 : 4, port: address.port };
      const { fds, port } = this.openPort(where);
      this.#ipAddress = host;
      this.#fds = fds;
      for (const fd of fds) setListenerOptions(fd, LISTENER_OPTIONS);
      return port;
    } catch (error) {
      throw startError(address, error as NodeJS.ErrnoException);
    }
  }

  /** @throws SystemCallError, for example EADDRINUSE */
  protected abstract openPort(where: InternetAddress): {
    readonly fds: readonly number[];
    readonly port: number;
  };

  /** The listener of a thread; undefined when it is to accept no more. */
  abstract fdFor(slot: number): number | undefined;

  /** The thread of a slot is dead: another one gets its listener. */
  abstract release(slot: number): void;

  protected get fds(): readonly number[] {
    return this.#fds;
  }

  protected get isShut(): boolean {
    return this.#isShut;
  }

  get ipAddress(): string | undefined {
    return this.#ipAddress;
  }

  /** Of all listeners together. */
  get acceptQueue(): Listening['acceptQueue'] {
    if (this.#isShut) return undefined;
    let [count, limit] = [0, 0];
    for (const fd of this.#fds) {
      const [waiting, most] = [
        this.#tcpInfo.acceptQueueLength(fd),
        this.#tcpInfo.acceptQueueLimit(fd),
      ];
      if (waiting === undefined || most === undefined) return undefined;
      count += waiting;
      limit += most;
    }
    return { count, limit };
  }

  /** Wakes the threads that are blocked in accept4(2). The descriptors stay open until {@link end}. */
  close(): void {
    if (this.#isShut) return;
    const waiting = this.acceptQueue?.count ?? 0;
    if (waiting > 0) this.#onReset(waiting);
    this.#isShut = true;
    for (const fd of this.#fds) shutdown(fd, SHUT_RDWR);
    if (this.#path !== undefined) rmSync(this.#path, { force: true });
  }

  /** No thread uses the listeners any more. */
  end(): void {
    this.close();
    for (const fd of this.#fds) close(fd);
    this.#fds = [];
  }
}

export class SharedListener extends ThreadListeners {
  protected openPort(where: InternetAddress) {
    const { fd, port } = listenOnPort(where, BACKLOG, false);
    return { fds: [fd], port };
  }

  fdFor(): number | undefined {
    return this.isShut ? undefined : this.fds[0];
  }

  release(): void {
    // All have the same.
  }
}
