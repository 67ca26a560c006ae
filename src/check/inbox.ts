/**
 * What a client has received, and how far its check has read it. Main thread of `handoff check`.
 *
 * Expectations read on from where the last one ended. One that fails throws a Mismatch with the
 * place of the first wrong byte. Read stream-client.ts next.
 */
import { quoted } from '../base/printable.js';
import { GrowingBytes } from './growing-bytes.js';
import { Mismatch } from './mismatch.js';
import type { Patience } from './patience.js';
import type { Transcript } from './transcript.js';

/** Without a byte for so long, what the server had to say counts as complete. */
const QUIET_MS = 60;

/** Why nothing more will come. */
type End = 'ended' | 'was reset';

export class Inbox {
  readonly label: string;
  readonly #transcript: Transcript;
  readonly #patience: Patience;
  readonly #received = new GrowingBytes();
  /** Offset of the first byte that no expectation has read. */
  #read = 0;
  #end: End | undefined;
  #wake: () => void = () => undefined;

  constructor(label: string, transcript: Transcript, patience: Patience) {
    this.label = label;
    this.#transcript = transcript;
    this.#patience = patience;
  }

  add(bytes: Buffer): void {
    this.#transcript.add(this.label, 'received', bytes);
    this.#received.append(bytes);
    this.#wake();
  }

  close(end: End): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#transcript.add(this.label, end);
    this.#wake();
  }

  /** Ends all waits, because the check is over. */
  abandon(): void {
    this.#end ??= 'ended';
    this.#wake();
  }

  get end(): End | undefined {
    return this.#end;
  }

  /** What no expectation has read yet. */
  get unread(): string {
    return this.#bytes.toString('utf8', this.#read);
  }

  /** Number of bytes received. */
  get length(): number {
    return this.#bytes.length;
  }

  /** Reads exactly these bytes. */
  async receives(expected: string | Buffer): Promise<void> {
    const wanted = Buffer.from(expected);
    const wrong = () => firstDifference(wanted, this.#bytes.subarray(this.#read));
    const hasAll = () => this.#bytes.length - this.#read >= wanted.length;
    await this.#until(() => hasAll() || wrong() < this.#bytes.length - this.#read);
    const at = wrong();
    if (at === wanted.length) {
      this.#read += at;
      return;
    }
    const rest = this.#bytes.subarray(this.#read);
    const got = rest.length === 0 ? this.#nothing() : `got ${quoted(rest.toString())}`;
    this.fail(`expected ${quoted(wanted.toString())}, ${got}`, this.#read + at);
  }

  /** Reads to the end of the first place that has this text. @returns all that was read */
  async hears(expected: string | RegExp): Promise<string> {
    const found = typeof expected === 'string' ? this.#finder(expected) : this.#matcher(expected);
    await this.#until(() => found() !== undefined);
    const end = found();
    if (end !== undefined) {
      const text = this.#bytes.toString('utf8', this.#read, end);
      this.#read = end;
      return text;
    }
    const what = typeof expected === 'string' ? quoted(expected) : `a text like ${expected.source}`;
    const got = this.unread === '' ? this.#nothing() : `got only ${quoted(this.unread)}`;
    return this.fail(`expected ${what}, ${got}`, this.#bytes.length);
  }

  /** Reads whatever comes, until the server is silent for a moment. At least one byte must come. */
  async hearsSomething(what: string): Promise<string> {
    await this.#until(() => this.unread !== '');
    if (this.unread === '') this.fail(`expected ${what}, ${this.#nothing()}`, this.#bytes.length);
    await this.settles();
    return this.#take(this.unread);
  }

  /** Waits until the server has been silent for a moment. */
  async settles(): Promise<void> {
    for (;;) {
      const before = this.#bytes.length;
      await this.#until(() => this.#bytes.length > before, QUIET_MS);
      if (this.#bytes.length === before) return;
    }
  }

  /** Nothing follows what was read, for a moment. */
  async hasNothingMore(): Promise<void> {
    await this.settles();
    if (this.unread !== '') this.fail(`got ${quoted(this.unread)}, which is too much`, this.#read);
  }

  /** The server closes the connection in order, and sends nothing before that. */
  async isClosed(): Promise<void> {
    await this.isOver();
    if (this.#end === 'ended') return;
    this.fail(`expected the end of the connection, ${this.#nothing()}`, this.#bytes.length);
  }

  /** The server closes the connection, in order or by a reset, and sends nothing before that. */
  async isOver(): Promise<void> {
    const from = this.#read;
    await this.#until(() => this.#bytes.length > from);
    if (this.unread !== '')
      this.fail(`expected the end of the connection, got ${quoted(this.unread)}`, from);
    if (this.#end !== undefined) return;
    this.fail(`expected the end of the connection, ${this.#nothing()}`, this.#bytes.length);
  }

  /** The server closes the connection in order, whatever it says before that. */
  async ends(): Promise<void> {
    await this.#until(() => false);
    this.#take(this.unread);
    if (this.#end !== 'ended')
      this.fail(`expected the end of the connection, ${this.#nothing()}`, this.#bytes.length);
  }

  /** Waits for any byte or for the end, for at most so long. @returns whether it came */
  async reacts(waitMs: number): Promise<boolean> {
    const from = this.#read;
    await this.#until(() => this.#bytes.length > from, waitMs);
    return this.#bytes.length > from || this.#end !== undefined;
  }

  /** Waits until so many bytes have come in all, and reads them. */
  async receivesInAll(length: number, what: string): Promise<Buffer> {
    await this.#until(() => this.#bytes.length >= length);
    if (this.#bytes.length < length)
      this.fail(
        `expected ${length} bytes of ${what}, got ${this.#bytes.length}`,
        this.#bytes.length,
      );
    this.#read = length;
    return this.#bytes.subarray(0, length);
  }

  /** How often this text has come, read or not. */
  count(text: string): number {
    return this.#bytes.toString().split(text).length - 1;
  }

  has(text: string): boolean {
    return this.#bytes.includes(text);
  }

  /** Reads until the server closes, or is silent for a moment. */
  async untilEnd(): Promise<string> {
    await this.settles();
    return this.#take(this.unread);
  }

  /** Fails if this text is in what was read or came since the offset. */
  hasNotHeard(text: string, since: number, why: string): void {
    const at = this.#bytes.indexOf(text, since);
    if (at !== -1) this.fail(`got ${quoted(text)}: ${why}`, at);
  }

  /** @param offset of the first wrong byte in what this client received */
  fail(message: string, offset = this.#bytes.length): never {
    throw new Mismatch(`${this.label} ${message}`, { client: this.label, offset });
  }

  /** Looks for a text, in what has come since the last look. @returns the offset of its end */
  #finder(expected: string): () => number | undefined {
    const wanted = Buffer.from(expected);
    let from = this.#read;
    return () => {
      const at = this.#bytes.indexOf(wanted, from);
      from = Math.max(this.#read, this.#bytes.length - wanted.length + 1);
      if (at === -1) return undefined;
      from = at;
      return at + wanted.length;
    };
  }

  #matcher(expected: RegExp): () => number | undefined {
    return () => {
      const match = expected.exec(this.unread);
      if (!match) return undefined;
      const text = match.input.slice(0, match.index + match[0].length);
      return this.#read + Buffer.byteLength(text);
    };
  }

  #nothing(): string {
    if (this.#end === 'ended') return 'but the server closed the connection';
    if (this.#end === 'was reset') return 'but the server reset the connection';
    return 'but nothing came';
  }

  get #bytes(): Buffer {
    return this.#received.bytes;
  }

  #take(text: string): string {
    this.#read += Buffer.byteLength(text);
    return text;
  }

  /** Resolves when the condition holds, when nothing more can come, or when patience ends. */
  async #until(condition: () => boolean, waitMs?: number): Promise<void> {
    const leftMs = this.#patience.leftMs(waitMs);
    const endMs = performance.now() + leftMs;
    while (!condition() && this.#end === undefined) {
      const restMs = endMs - performance.now();
      if (restMs <= 0) {
        if (waitMs === undefined)
          this.#transcript.add(this.label, 'waited', undefined, `${Math.round(leftMs)} ms`);
        return;
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, restMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

function firstDifference(wanted: Buffer, got: Buffer): number {
  const length = Math.min(wanted.length, got.length);
  for (let at = 0; at < length; at++) if (wanted[at] !== got[at]) return at;
  return length;
}
