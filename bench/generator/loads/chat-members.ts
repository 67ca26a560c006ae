/**
 * A set of chat members on one epoll: they join, send lines, and check deliveries.
 *
 * Runs in the load process, on its only thread. chat-lines.ts recognises members' lines in the
 * receive buffer. Only the server's own lines, the handshake and those that start with `*`, become
 * strings.
 *
 *     connected ── greeting, question: sends its name ── welcome ──► joined
 *
 * Read next: fan-out.ts, which decides when a member sends.
 */
import { addressOf } from '../../../src/base/libc/call.js';
import { MSG_NOSIGNAL, close, recv, send, sendBytes } from '../../../src/base/libc/socket.js';
import { NS_PER_MS, nowNs } from '../../lib/clock.js';
import type { ErrorKind } from '../protocol/error-kinds.js';
import { CLOSING, Epoll } from '../sockets/epoll.js';
import { NO_SOCKET, connectSocket, failureKind } from '../sockets/socket.js';
import { ChatLines } from './chat-lines.js';
import { pollFor } from './phases.js';

export interface ChatEvents {
  /** The member has received the whole of the sender's current line. */
  delivered(member: number, sender: number, nowNs: number): void;
  /** The joined member has failed, and its connection is closed. */
  failed(member: number, kind: ErrorKind): void;
}

const BUFFER_BYTES = 65_536;
/** The longest incomplete line that is kept until its rest comes. */
const CARRY_BYTES = 512;
const JOIN_LIMIT_MS = 2000;
const NEWLINE = 10;
const STAR = 42;

/** The greeting and the question, after which the member sends its name. */
const HELLO_LINES = 2;
/** The number of handshake lines of a joined member: the welcome is the last. */
const JOINED = HELLO_LINES + 1;

export class ChatMembers {
  readonly #port: number;
  readonly #count: number;
  readonly #messageBytes: number;
  readonly #lines: ChatLines;
  readonly #events: ChatEvents;
  readonly #epoll: Epoll;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #words = new Int32Array(this.#buffer.buffer);
  readonly #bufferAddress = addressOf(this.#buffer);
  readonly #carry: Uint8Array;
  readonly #carryBytes: Int32Array;
  readonly #fds: Int32Array;
  /** By member: received lines of the handshake. */
  readonly #handshakeLines: Uint8Array;
  /** By member: announcements of later members of this set. */
  readonly #joinsSeen: Int32Array;

  /** @throws Error for an invalid message size; SystemCallError if epoll cannot be created */
  constructor(port: number, count: number, messageBytes: number, events: ChatEvents) {
    this.#port = port;
    this.#count = count;
    this.#messageBytes = messageBytes;
    this.#lines = new ChatLines(count, messageBytes);
    this.#events = events;
    this.#carry = new Uint8Array(count * CARRY_BYTES);
    this.#carryBytes = new Int32Array(count);
    this.#fds = new Int32Array(count).fill(NO_SOCKET);
    this.#handshakeLines = new Uint8Array(count);
    this.#joinsSeen = new Int32Array(count);
    // Last: if an allocation fails, no descriptor is left open.
    this.#epoll = new Epoll();
  }

  /**
   * Joins the members one by one. Each then has seen the announcements of all later ones.
   * @throws Error if the server rejects a member or takes too long; SystemCallError if a connect
   * fails
   */
  join(): void {
    for (let member = 0; member < this.#count; member++) {
      const fd = connectSocket(this.#port);
      this.#fds[member] = fd;
      this.#epoll.add(fd, member, false);
      this.#await(`welcome of member ${member + 1}`, () => this.#handshakeLines[member] === JOINED);
    }
    this.#await('announcement of all members', () =>
      this.#joinsSeen.every((joins, member) => joins === this.#count - 1 - member),
    );
  }

  /** Sends the member's next line. */
  sendNext(member: number): void {
    const fd = this.#fds[member] ?? NO_SOCKET;
    const length = send(fd, this.#lines.advance(member), this.#messageBytes, MSG_NOSIGNAL);
    // All members have the last line, so the send buffer has room for this one.
    if (length !== this.#messageBytes)
      this.fail(member, (length < 0 ? failureKind() : undefined) ?? 'other');
  }

  /** Closes the member. @throws Error if it had not joined yet */
  fail(member: number, kind: ErrorKind): void {
    this.#close(member);
    if (this.#handshakeLines[member] !== JOINED)
      throw new Error(`member ${member + 1} cannot join the chat: ${kind}`);
    this.#events.failed(member, kind);
  }

  closeAll(): void {
    for (let member = 0; member < this.#count; member++) this.#close(member);
    this.#epoll.close();
  }

  /** Waits for events, at most `timeoutMs`, and handles them. */
  poll(timeoutMs: number): void {
    const epoll = this.#epoll;
    const count = epoll.wait(timeoutMs);
    for (let event = 0; event < count; event++) {
      this.#receive(epoll.clientAt(event), (epoll.flagsAt(event) & CLOSING) !== 0);
    }
  }

  #await(what: string, isDone: () => boolean): void {
    pollFor(this, JOIN_LIMIT_MS * NS_PER_MS, isDone);
    if (!isDone())
      throw new Error(`the chat server gave no ${what} within ${JOIN_LIMIT_MS / 1e3} s`);
  }

  /** Reads until nothing is left or, if the server is closing, until the end of the stream. */
  #receive(member: number, closing: boolean): void {
    const fd = this.#fds[member] ?? NO_SOCKET;
    while (this.#fds[member] !== NO_SOCKET) {
      const carried = this.#carryBytes[member] ?? 0;
      const roomBytes = BUFFER_BYTES - carried;
      const length = recv(fd, this.#bufferAddress + carried, roomBytes, 0);
      if (length <= 0) {
        const kind = length === 0 ? 'closedEarly' : failureKind();
        if (kind !== undefined) this.fail(member, kind);
        return;
      }
      if (carried > 0) this.#buffer.set(this.#carryOf(member, carried));
      this.#handleLines(member, carried + length, nowNs());
      if (length < roomBytes && !closing) return;
    }
  }

  /** Handles the whole lines in the buffer and keeps an incomplete one for the next call. */
  #handleLines(member: number, length: number, receivedNs: number): void {
    const buffer = this.#buffer;
    const { deliveredBytes } = this.#lines;
    let end = length;
    let start = 0;
    while (start < end) {
      if (this.#handshakeLines[member] === JOINED && buffer[start] !== STAR) {
        if (end - start < deliveredBytes) break;
        const sender = this.#lines.senderOf(buffer, this.#words, start);
        if (sender === undefined) {
          this.fail(member, 'wrongBytes');
          return;
        }
        start += deliveredBytes;
        this.#events.delivered(member, sender, receivedNs);
        if (this.#fds[member] === NO_SOCKET) return;
        continue;
      }
      const newline = buffer.indexOf(NEWLINE, start);
      if (newline === -1 || newline >= end) break;
      this.#handleServerLine(
        member,
        Buffer.from(buffer.subarray(start, newline)).toString('latin1'),
      );
      // Lines are compared by words, so the rest moves to the start, which is aligned.
      buffer.copyWithin(0, newline + 1, end);
      end -= newline + 1;
      start = 0;
    }
    const restBytes = end - start;
    this.#carryBytes[member] = restBytes;
    if (restBytes === 0) return;
    if (restBytes > CARRY_BYTES) this.fail(member, 'wrongBytes');
    else this.#carryOf(member, restBytes).set(buffer.subarray(start, end));
  }

  #handleServerLine(member: number, line: string): void {
    const name = this.#lines.nameOf(member);
    const handshakeLines = this.#handshakeLines[member] ?? 0;
    if (handshakeLines === JOINED) {
      if (line.startsWith(`* ${this.#lines.tag}`) && line.includes(' joined')) {
        this.#joinsSeen[member] = (this.#joinsSeen[member] ?? 0) + 1;
      }
      return;
    }
    if (line.startsWith('ERR') || (handshakeLines === HELLO_LINES && !line.includes(name))) {
      throw new Error(
        `the chat server answers ${JSON.stringify(line)} to a member that joins as ${name}`,
      );
    }
    this.#handshakeLines[member] = handshakeLines + 1;
    if (handshakeLines + 1 !== HELLO_LINES) return;
    const answer = Buffer.from(`${name}\n`);
    const fd = this.#fds[member] ?? NO_SOCKET;
    if (sendBytes(fd, answer, answer.length, MSG_NOSIGNAL) !== answer.length) {
      this.fail(member, failureKind() ?? 'other');
    }
  }

  #carryOf(member: number, length: number): Uint8Array {
    return this.#carry.subarray(member * CARRY_BYTES, member * CARRY_BYTES + length);
  }

  #close(member: number): void {
    const fd = this.#fds[member] ?? NO_SOCKET;
    if (fd === NO_SOCKET) return;
    close(fd);
    this.#fds[member] = NO_SOCKET;
  }
}
