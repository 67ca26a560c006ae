/**
 * A set of chat members on one epoll: they join one after the other, say tokens, and check what they hear.
 *
 * Runs on the generator's only thread. What members say is recognised by chat-lines.ts where it was received; only the
 * server's own lines, the handshake and those that begin with `*`, are read as text.
 *
 *     connected ── greeting, question: sends its name ── welcome ──► joined
 *
 * fan-out.ts decides who speaks when.
 */
import { MSG_NOSIGNAL, addressOf, recv, send, sendBytes } from '../../../src/base/libc.js';
import { ChatLines } from './chat-lines.js';
import { NS_PER_MS, nowNs } from '../../lib/clock.js';
import { pollFor } from './phases.js';
import type { ErrorKind } from '../protocol/answers.js';
import {
  EPOLLERR,
  EPOLLHUP,
  EPOLLRDHUP,
  Epoll,
  closeSocket,
  connectSocket,
  failureKind,
} from '../sockets/epoll.js';

export interface ChatEvents {
  /** The member has the whole of the sender's current line. */
  heard(member: number, sender: number, nowNs: number): void;
  /** The member, which had joined, has been closed for this reason. */
  failed(member: number, kind: ErrorKind): void;
}

const NO_SOCKET = -1;
const CLOSING = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
const BUFFER_BYTES = 65_536;
/** What is kept of a line of which only the beginning has come. */
const CARRY_BYTES = 512;
const JOIN_LIMIT_MS = 2000;
const NEWLINE = 10;
const STAR = 42;

/** Greeting and question come before the name; a member that has said its name awaits its welcome. */
const HELLO_LINES = 2;
const JOINED = HELLO_LINES + 1;

export class ChatMembers {
  readonly #port: number;
  readonly #count: number;
  readonly #messageBytes: number;
  readonly #lines: ChatLines;
  readonly #events: ChatEvents;
  readonly #epoll = new Epoll();
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #words = new Int32Array(this.#buffer.buffer);
  readonly #bufferAddress = addressOf(this.#buffer);
  readonly #carry: Uint8Array;
  readonly #carryBytes: Int32Array;
  readonly #fds: Int32Array;
  /** How many lines of the handshake have come. */
  readonly #progress: Uint8Array;
  /** How many of this set the member has been told of that joined after it. */
  readonly #joinsHeard: Int32Array;

  constructor(port: number, count: number, messageBytes: number, events: ChatEvents) {
    this.#port = port;
    this.#count = count;
    this.#messageBytes = messageBytes;
    this.#lines = new ChatLines(count, messageBytes);
    this.#events = events;
    this.#carry = new Uint8Array(count * CARRY_BYTES);
    this.#carryBytes = new Int32Array(count);
    this.#fds = new Int32Array(count).fill(NO_SOCKET);
    this.#progress = new Uint8Array(count);
    this.#joinsHeard = new Int32Array(count);
  }

  /** One after the other, until each has been told of all that came after it. Throws if that fails. */
  join(): void {
    for (let member = 0; member < this.#count; member++) {
      const fd = connectSocket(this.#port, undefined);
      this.#fds[member] = fd;
      this.#epoll.add(fd, member, false);
      this.#await(`welcome of member ${member + 1}`, () => this.#progress[member] === JOINED);
    }
    this.#await('word of all who joined', () =>
      this.#joinsHeard.every((joins, member) => joins === this.#count - 1 - member),
    );
  }

  /** Says the member's next token. */
  say(member: number): void {
    const fd = this.#fds[member] ?? NO_SOCKET;
    const length = send(fd, this.#lines.nextOf(member), this.#messageBytes, MSG_NOSIGNAL);
    // It says nothing before its last line has been heard, so the kernel has room for it.
    if (length !== this.#messageBytes) this.fail(member, (length < 0 ? failureKind() : undefined) ?? 'other');
  }

  fail(member: number, kind: ErrorKind): void {
    this.#close(member);
    if (this.#progress[member] !== JOINED)
      throw new Error(`member ${member + 1} cannot join the chat: ${kind}`);
    this.#events.failed(member, kind);
  }

  closeAll(): void {
    for (let member = 0; member < this.#count; member++) this.#close(member);
    this.#epoll.close();
  }

  /** Handles what has happened, waiting for it at most so long. */
  poll(timeoutMs: number): void {
    const epoll = this.#epoll;
    const count = epoll.wait(timeoutMs);
    for (let event = 0; event < count; event++) {
      this.#receive(epoll.clientAt(event), (epoll.flagsAt(event) & CLOSING) !== 0);
    }
  }

  #await(what: string, isDone: () => boolean): void {
    pollFor(this, JOIN_LIMIT_MS * NS_PER_MS, isDone);
    if (!isDone()) throw new Error(`the chat server gave no ${what} within ${JOIN_LIMIT_MS / 1e3} s`);
  }

  /** Reads until nothing is left or, if the server is closing, until the end can be seen. */
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
      this.#take(member, carried + length, nowNs());
      if (length < roomBytes && !closing) return;
    }
  }

  /** Handles the lines in the buffer, and keeps for the next time what is not yet a whole one. */
  #take(member: number, length: number, receivedNs: number): void {
    const buffer = this.#buffer;
    const { heardBytes } = this.#lines;
    let end = length;
    let start = 0;
    while (start < end) {
      if (this.#progress[member] === JOINED && buffer[start] !== STAR) {
        if (end - start < heardBytes) break;
        const sender = this.#lines.senderOf(buffer, this.#words, start);
        if (sender === undefined) {
          this.fail(member, 'wrongBytes');
          return;
        }
        start += heardBytes;
        this.#events.heard(member, sender, receivedNs);
        if (this.#fds[member] === NO_SOCKET) return;
        continue;
      }
      const newline = buffer.indexOf(NEWLINE, start);
      if (newline === -1 || newline >= end) break;
      this.#hearServer(member, Buffer.from(buffer.subarray(start, newline)).toString('latin1'));
      // What follows is moved to the start, where words are compared.
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

  #hearServer(member: number, line: string): void {
    const name = this.#lines.nameOf(member);
    const progress = this.#progress[member] ?? 0;
    if (progress === JOINED) {
      if (line.startsWith(`* ${this.#lines.tag}`) && line.includes(' joined')) {
        this.#joinsHeard[member] = (this.#joinsHeard[member] ?? 0) + 1;
      }
      return;
    }
    if (line.startsWith('ERR') || (progress === HELLO_LINES && !line.includes(name))) {
      throw new Error(`the chat server says ${JSON.stringify(line)} to a member that joins as ${name}`);
    }
    this.#progress[member] = progress + 1;
    if (progress + 1 !== HELLO_LINES) return;
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
    closeSocket(fd);
    this.#fds[member] = NO_SOCKET;
  }
}
