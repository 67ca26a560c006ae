/**
 * Messages over chunks: a message is a line, or, for clients that send no newline, what one recv
 * returns. A layer over any connection; runs on whichever thread serves the client.
 */
import { ConnectionLost, isLate } from './connection.js';
import type { Breach, Connection, MaybePromise, Next } from './connection.js';
import { asBuffer, forEachText, reply } from './text.js';

/** How a service finds the end of a message. */
export type Framing = 'line' | 'chunk';

const MAX_LINE_BYTES = 4096;

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Sends the error about a message's framing. */
type Refuse = (text: string) => MaybePromise<undefined>;

/**
 * Calls `use` with each message, without its line end. The next message waits until `use` has
 * returned, or its promise is resolved. A message that is too long gets `ERR line too long` and
 * ends the conversation. A last line without a newline is dropped.
 *
 * @param refuse sends that error. A connection has one writer at a time: a handler whose client
 *   receives from a shared object passes a method of its session.
 * @returns `too long` after such a message, which the service returns in turn
 */
export async function forEachMessage(
  connection: Connection,
  framing: Framing,
  use: (message: string) => MaybePromise<Next>,
  refuse: Refuse = (text) => reply(connection, text),
): Promise<Breach | undefined> {
  const ending: { breach?: Breach } = {};
  const refuseTooLong = async (): Promise<Next> => {
    ending.breach = 'too long';
    await refuse('ERR line too long\n');
    return 'stop';
  };
  try {
    if (framing === 'chunk') {
      await forEachText(connection, (text) => {
        const message = withoutLineEnd(text);
        return isTooLong(message) ? refuseTooLong() : use(message);
      });
    } else {
      const splitter = new LineSplitter(connection);
      const lines = { connection, splitter, use, refuseTooLong };
      await connection.forEachChunk((chunk) => {
        splitter.push(chunk);
        return useLines(lines);
      });
    }
  } catch (error) {
    if (ConnectionLost.is(error) && isLate(error.reason)) await refuse(LATE_LINES[error.reason]);
    throw error;
  }
  return ending.breach;
}

/** A client's lines, and what is done with them. */
interface Lines {
  readonly connection: Connection;
  readonly splitter: LineSplitter;
  readonly use: (line: string) => MaybePromise<Next>;
  readonly refuseTooLong: () => Promise<Next>;
}
/** What a client is sent that was late. */
const LATE_LINES = {
  'login deadline': 'ERR you took too long to say who you are\n',
  'line deadline': 'ERR the line took too long\n',
  'request deadline': 'ERR the request took too long\n',
};

/**
 * Uses the complete lines: a plain loop until `use` returns a promise or other clients get their
 * turn, an asynchronous one from then on. A chunk may hold ten thousands of lines.
 */
function useLines(lines: Lines): MaybePromise<Next> {
  const { connection, splitter, use, refuseTooLong } = lines;
  for (;;) {
    const line = splitter.next();
    if (line === undefined) return undefined;
    if (line === TOO_LONG) return refuseTooLong();
    const next = use(line);
    if (next === 'stop') return 'stop';
    if (next !== undefined)
      return next.then((settled) => (settled === 'stop' ? 'stop' : useMoreLines(lines)));
    const turn = splitter.isEmpty ? undefined : connection.yieldTurn();
    if (turn) return turn.then(() => useLines(lines));
  }
}

function useMoreLines(lines: Lines): MaybePromise<Next> {
  const turn = lines.splitter.isEmpty ? undefined : lines.connection.yieldTurn();
  return turn ? turn.then(() => useLines(lines)) : useLines(lines);
}

/** Counts the bytes of the decoded text, in which an invalid byte has become three. */
function isTooLong(message: string): boolean {
  return message.length > MAX_LINE_BYTES || Buffer.byteLength(message) > MAX_LINE_BYTES;
}

function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}

const NOTHING = Buffer.alloc(0);
const LEAST_MEMORY_BYTES = 64;
const TOO_LONG = Symbol('a line over the limit');

/**
 * Cuts chunks at newlines. It splits bytes before decoding them, so a character that is cut between
 * two chunks is complete in its line. An incomplete line is TOO_LONG as soon as it is over the
 * limit.
 */
class LineSplitter {
  /**
   * What is not cut yet. During a chunk this may be the caller's own buffer; only the rest that
   * remains behind is copied, into memory of its own.
   */
  #pending: Buffer = NOTHING;
  /** The memory of an incomplete line, to which later chunks are added. */
  #memory: Buffer = NOTHING;
  /** So many of the pending bytes are no newline. */
  #searched = 0;
  readonly #connection: Connection;
  /** A line has ended since the last chunk: what is incomplete has just begun. */
  #hasNew = false;
  #isTimed = false;

  /** @param connection whose client has the time of the line deadline for each line that begins */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Whether no byte is left behind the last line. */
  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  push(chunk: Uint8Array): void {
    this.#hasNew = false;
    const { length } = this.#pending;
    if (length === 0) {
      this.#pending = asBuffer(chunk);
      return;
    }
    const total = length + chunk.length;
    if (total > this.#memory.length) this.#remember(this.#pending, Math.max(total, 2 * length));
    this.#memory.set(chunk, length);
    this.#pending = this.#memory.subarray(0, total);
  }

  /**
   * The next line without its line end; undefined if none is complete. The caller may then reuse
   * the chunk.
   */
  next(): string | typeof TOO_LONG | undefined {
    const newline = this.#pending.indexOf(NEWLINE, this.#searched);
    let end = newline === -1 ? this.#pending.length : newline;
    if (this.#pending[end - 1] === CARRIAGE_RETURN) end--;
    if (end > MAX_LINE_BYTES) return TOO_LONG;
    if (newline === -1) {
      this.#keepRest();
      if (this.#isTimed || this.#pending.length > 0) this.#time();
      return undefined;
    }
    this.#hasNew = true;
    const line = this.#pending.toString('utf8', 0, end);
    this.#pending = this.#pending.subarray(newline + 1);
    this.#searched = 0;
    return line;
  }

  #keepRest(): void {
    const { length, buffer, byteOffset } = this.#pending;
    this.#searched = length;
    if (length === 0) this.#pending = this.#memory = NOTHING;
    else if (buffer !== this.#memory.buffer || byteOffset > 0) {
      this.#remember(this.#pending, length);
      this.#pending = this.#memory.subarray(0, length);
    }
  }

  /** Not of a slab: the rest of a line would keep all of it. */
  #remember(bytes: Buffer, capacity: number): void {
    this.#memory = Buffer.allocUnsafeSlow(Math.max(capacity, LEAST_MEMORY_BYTES));
    this.#memory.set(bytes);
  }

  /** A line that ends in the chunk in which it began, as most do, starts no deadline. */
  #time(): void {
    if (this.#pending.length === 0) {
      this.#isTimed = false;
      this.#connection.endDeadline('line');
    } else if (this.#hasNew || !this.#isTimed) {
      this.#isTimed = true;
      this.#connection.startDeadline('line');
    }
  }
}
