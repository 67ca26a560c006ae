/**
 * Messages over chunks: a message is a line, or, for clients that send no newline, whatever one recv returns.
 * A layer over any connection.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Connection, MaybePromise, Next } from './connection.js';
import { asBuffer, forEachText, reply } from './text.js';

/** How a service tells where a message ends. */
export type Framing = 'line' | 'chunk';

const MAX_LINE_BYTES = 4096;

/** Then others get their turn of the event loop: a chunk may hold tens of thousands of lines. */
const MAX_AT_ONCE = 64;

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Answers what is wrong with a message's framing. */
type Refuse = (text: string) => MaybePromise<undefined>;

/**
 * Calls `use` with each message, without its line end, one after the other; the next one waits until `use` (or its
 * promise) is through. A message that is too long is answered with `ERR line too long` and ends the conversation.
 * A last line without its newline is no message.
 *
 * @param refuse sends that answer. A handler whose client is written to by a shared object passes a method of its
 *   session: a connection has one writer at a time.
 */
export function forEachMessage(
  connection: Connection,
  framing: Framing,
  use: (message: string) => MaybePromise<Next>,
  refuse: Refuse = (text) => reply(connection, text),
): Promise<void> {
  if (framing === 'chunk') {
    return forEachText(connection, (text) => {
      const message = withoutLineEnd(text);
      return isTooLong(message) ? refuseTooLong(refuse) : use(message);
    });
  }
  const lines = new LineSplitter();
  return connection.forEachChunk((chunk) => {
    lines.push(chunk);
    return useLines(lines, use, refuse);
  });
}

/** Uses up the complete lines; a plain loop until `use` returns a promise, an asynchronous one from then on. */
function useLines(
  lines: LineSplitter,
  use: (line: string) => MaybePromise<Next>,
  refuse: Refuse,
): MaybePromise<Next> {
  for (let used = 0; ; used++) {
    if (used === MAX_AT_ONCE) return nextTurn().then(() => useLines(lines, use, refuse));
    const line = lines.next();
    if (line === undefined) return undefined;
    if (line === TOO_LONG) return refuseTooLong(refuse);
    const next = use(line);
    if (next === 'stop') return 'stop';
    if (next !== undefined) {
      return next.then((settled) => (settled === 'stop' ? 'stop' : useLines(lines, use, refuse)));
    }
  }
}

async function refuseTooLong(refuse: Refuse): Promise<Next> {
  await refuse('ERR line too long\n');
  return 'stop';
}

/** Counts the bytes of the decoded text, in which an invalid byte has become three. */
function isTooLong(message: string): boolean {
  return message.length > MAX_LINE_BYTES || Buffer.byteLength(message) > MAX_LINE_BYTES;
}

function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}

const TOO_LONG = Symbol('a line over the limit');

/**
 * Cuts chunks at newlines. Splitting happens on bytes, before decoding, so a character that is cut between chunks is
 * whole again in its line. Bounded: an incomplete line over the limit is TOO_LONG as soon as it is.
 */
class LineSplitter {
  /** While lines are taken out this may be the caller's own buffer; only a rest that stays behind is copied. */
  #pending: Buffer = Buffer.alloc(0);

  push(chunk: Uint8Array): void {
    this.#pending = this.#pending.length === 0 ? asBuffer(chunk) : Buffer.concat([this.#pending, chunk]);
  }

  /** The next line without its line end; undefined when none is complete, upon which the chunk may be reused. */
  next(): string | typeof TOO_LONG | undefined {
    const newline = this.#pending.indexOf(NEWLINE);
    let end = newline === -1 ? this.#pending.length : newline;
    if (this.#pending[end - 1] === CARRIAGE_RETURN) end--;
    if (end > MAX_LINE_BYTES) return TOO_LONG;
    if (newline === -1) {
      this.#pending = Buffer.from(this.#pending);
      return undefined;
    }
    const line = this.#pending.toString('utf8', 0, end);
    this.#pending = this.#pending.subarray(newline + 1);
    return line;
  }
}
