/**
 * A thread that accepts its clients itself, with `--handoff share` and `reuse-port`. Client thread;
 * share.ts has the picture, mailbox.ts the states.
 */
import { monotonicMs } from '../../base/clock.js';
import { errorName, lastError } from '../../base/libc/call.js';
import { bindAcceptWithPeer } from '../../base/libc/listener.js';
import { bindTcpInfo } from '../../base/libc/tcp-info.js';
import type { EndReason } from '../../connection/end-reason.js';
import type { ServiceLog } from '../../log/log.js';
import type { Mailbox } from '../mailbox.js';
import type { ClientSource, Taken } from './client-source.js';

/** The listener has been shut down. */
const IS_SHUT = new Set(['EINVAL', 'EBADF', 'ENOTSOCK']);
/** The system is short of something. Other errors are those of one connection: see accept(2). */
const IS_SHORT = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);
const PAUSE_MS = 50;

interface AcceptSettings {
  readonly mailbox: Mailbox;
  readonly notifyMain: () => void;
  readonly log: ServiceLog;
  /** The number of the last connection of all threads. */
  readonly lastConnection: SharedArrayBuffer;
  /** Main enters each client into what clients share before it is served. */
  readonly waitsForMain: boolean;
  /** Whether a line or a snapshot shows how long clients waited in the kernel. */
  readonly measuresTimes: boolean;
}

export class AcceptedClients implements ClientSource {
  readonly #settings: AcceptSettings;
  readonly #lastConnection: Int32Array;
  readonly #backlogMsOf: (fd: number) => number | undefined;
  readonly #accept: (fd: number) => number;
  #hasFailed = false;

  constructor(settings: AcceptSettings) {
    this.#settings = settings;
    this.#accept = bindAcceptWithPeer(settings.mailbox.peer, settings.mailbox.peerLength);
    this.#lastConnection = new Int32Array(settings.lastConnection);
    this.#backlogMsOf = settings.measuresTimes ? bindTcpInfo().sinceSentMs : () => undefined;
  }

  next(): Taken | undefined {
    const { mailbox } = this.#settings;
    mailbox.untilClosed();
    for (let lent = mailbox.take(); lent !== undefined; lent = mailbox.take()) {
      const fd = this.#accept(lent.fd);
      const taken = fd === -1 ? undefined : this.#report(fd);
      if (taken) return taken;
      if (fd === -1) this.#noteFailure();
    }
    return undefined;
  }

  settle(reason: EndReason): void {
    this.#settings.mailbox.settleReported(reason);
  }

  /** Always: a thread that is blocked in accept4(2) could not for as long as no client comes. */
  isTurnDue(): boolean {
    return true;
  }

  /** @returns undefined: main has closed the client already */
  #report(fd: number): Taken | undefined {
    this.#hasFailed = false;
    const acceptedAtMs = monotonicMs();
    const { mailbox, notifyMain, waitsForMain } = this.#settings;
    const connection = Atomics.add(this.#lastConnection, 0, 1) + 1;
    const backlogMs = this.#backlogMsOf(fd);
    mailbox.report({ fd, connection, acceptedAtMs, backlogMs }, waitsForMain);
    notifyMain();
    return mailbox.untilEntered() ? { fd, connection } : undefined;
  }

  #noteFailure(): void {
    const { mailbox, notifyMain, log } = this.#settings;
    const name = errorName();
    if (IS_SHUT.has(name)) {
      mailbox.giveListenerBack();
      notifyMain();
    } else if (IS_SHORT.has(name)) {
      if (!this.#hasFailed) log.error({ err: lastError('accept4') }, 'accept failed');
      this.#hasFailed = true;
      mailbox.pause(PAUSE_MS);
    }
  }
}
