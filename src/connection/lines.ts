/**
 * Messages over chunks: a message is a line, or, for clients that send no newline, what one recv
 * returns or what a silence follows. A layer over any connection; runs on whichever thread serves
 * the client.
 *
 *     chunk ──► network-terminal.ts, once an IAC has come ──► line-splitter.ts ──► use(message)
 *                    └ answers to the client                 or ChunkSplitter
 */
import { monotonicMs } from '../base/clock.js';
import { ChunkSplitter } from './chunk-splitter.js';
import { ConnectionLost, isLate } from './connection.js';
import type { Breach, Connection, MaybePromise, Next } from './connection.js';
import { LineSplitter, TOO_LONG } from './line-splitter.js';
import { IAC, NetworkTerminal } from './network-terminal.js';
import { asBuffer, reply } from './text.js';
import { HINT, HINT_AFTER_MS, logUnfinishedLine } from './unfinished-line.js';

/**
 * How a service finds the end of a message. `auto`: it is a line, or what comes without an end and
 * is followed by {@link SILENCE_MS}.
 */
export type Framing = 'line' | 'chunk' | 'auto';

const SILENCE_MS = 200;

type Tell = (text: string) => MaybePromise<undefined>;

/**
 * How a client is told what its service does not say. A connection has one writer at a time: a
 * handler whose client receives from a shared object passes methods of its session.
 */
interface Telling {
  /** Sends the error about a message's framing. Default: by the connection. */
  readonly refuse?: Tell;
  /**
   * Sends the hint to a client that does not end its line, for services that people talk to.
   * Default: only the log has it.
   */
  readonly hint?: Tell;
}

/**
 * Calls `use` with each message, without its line end. The next message waits until `use` has
 * returned, or its promise is resolved. A message that is too long gets `ERR line too long` and
 * ends the conversation. A last line without an end counts if the client itself has ended its side.
 *
 * @returns `too long` after such a message, which the service returns in turn
 */
export async function forEachMessage(
  connection: Connection,
  framing: Framing,
  use: (message: string) => MaybePromise<Next>,
  { refuse = (text) => reply(connection, text), hint }: Telling = {},
): Promise<Breach | undefined> {
  const messages = new Messages(connection, framing, use, { refuse, hint });
  try {
    await connection.forEachChunk((chunk) => messages.onChunk(chunk));
    await messages.onEnd();
  } catch (error) {
    if (ConnectionLost.is(error) && isLate(error.reason)) await refuse(LATE_LINES[error.reason]);
    throw error;
  }
  return messages.breach;
}

/** What a client is sent that was late. */
const LATE_LINES = {
  'login deadline': 'ERR you took too long to say who you are\n',
  'line deadline': 'ERR the line took too long\n',
  'request deadline': 'ERR the request took too long\n',
};

/** One client's messages. */
class Messages {
  readonly #connection: Connection;
  readonly #framing: Framing;
  readonly #use: (message: string) => MaybePromise<Next>;
  readonly #refuse: Tell;
  readonly #hint: Tell | undefined;
  readonly #splitter: LineSplitter | ChunkSplitter;
  /** Made for the first IAC: most clients send none. */
  #terminal: NetworkTerminal | undefined;
  #breach: Breach | undefined;
  #isOver = false;
  /** A line has ended since the last chunk: what is incomplete has just begun. */
  #hasNew = false;
  #isTimed = false;
  /** {@link #untilLineEnds} runs. */
  #isWaiting = false;
  #hintAtMs = 0;
  #isHinted: boolean;

  constructor(
    connection: Connection,
    framing: Framing,
    use: (message: string) => MaybePromise<Next>,
    { refuse, hint }: { readonly refuse: Tell; readonly hint: Tell | undefined },
  ) {
    this.#connection = connection;
    this.#framing = framing;
    this.#use = use;
    this.#refuse = refuse;
    this.#hint = hint;
    this.#splitter = framing === 'chunk' ? new ChunkSplitter() : new LineSplitter();
    this.#isHinted = framing !== 'line';
  }

  get breach(): Breach | undefined {
    return this.#breach;
  }

  /** Uses the messages that are complete with this chunk, and waits for the rest of one. */
  onChunk(chunk: Uint8Array): MaybePromise<Next> {
    const bytes = asBuffer(chunk);
    this.#hasNew = false;
    if (this.#terminal === undefined && !bytes.includes(IAC)) {
      this.#splitter.push(bytes);
      return this.#useMessages();
    }
    this.#terminal ??= new NetworkTerminal();
    this.#terminal.read(bytes, this.#splitter);
    // Not by the session: commands may stand between any two bytes of what a client receives.
    const answer = this.#terminal.takeAnswer();
    const sent = answer && this.#connection.sendAll(answer);
    return sent ? sent.then(() => this.#useMessages()) : this.#useMessages();
  }

  /** An end of stream that main has caused, as by a stop, completes no line. */
  async onEnd(): Promise<void> {
    if (this.#isOver || !this.#connection.hasClientEnded) return;
    const rest = this.#splitter.takeRest();
    if (rest !== undefined) await this.#use(rest);
  }

  /**
   * A plain loop until `use` returns a promise or other clients get their turn, an asynchronous one
   * from then on. A chunk may hold ten thousands of lines.
   */
  #useMessages(): MaybePromise<Next> {
    for (;;) {
      const message = this.#splitter.next();
      if (message === undefined) return this.#onNoMore();
      if (message === TOO_LONG) return this.#refuseTooLong();
      this.#hasNew = true;
      const next = this.#use(message);
      if (next === 'stop') return this.#stop();
      if (next !== undefined)
        return next.then((settled) => (settled === 'stop' ? this.#stop() : this.#useMore()));
      const turn = this.#splitter.isEmpty ? undefined : this.#connection.yieldTurn();
      if (turn) return turn.then(() => this.#useMessages());
    }
  }

  #useMore(): MaybePromise<Next> {
    const turn = this.#splitter.isEmpty ? undefined : this.#connection.yieldTurn();
    return turn ? turn.then(() => this.#useMessages()) : this.#useMessages();
  }

  #onNoMore(): MaybePromise<Next> {
    if (this.#isTimed || !this.#splitter.isEmpty) this.#time();
    const end = this.#terminal?.end;
    if (end === 'too long') return this.#refuseTooLong();
    if (end === 'end') return this.#useRest();
    return this.#isWaiting || this.#waitMs === undefined ? undefined : this.#untilLineEnds();
  }

  /** A line that ends in the chunk in which it began, as most do, starts no deadline. */
  #time(): void {
    if (this.#splitter.isEmpty) {
      this.#isTimed = false;
      this.#connection.endDeadline('line');
    } else if (this.#hasNew || !this.#isTimed) {
      this.#isTimed = true;
      this.#connection.startDeadline('line');
      this.#hintAtMs = monotonicMs() + HINT_AFTER_MS;
    }
  }

  /** How long to wait for the rest of a line until something happens. */
  get #waitMs(): number | undefined {
    if (this.#splitter.isEmpty) return undefined;
    if (this.#framing === 'auto') return SILENCE_MS;
    return this.#isHinted ? undefined : Math.max(0, this.#hintAtMs - monotonicMs());
  }

  /** Receives until no line is incomplete, or nothing more happens to one. */
  async #untilLineEnds(): Promise<Next> {
    this.#isWaiting = true;
    let next: Next;
    for (
      let waitMs = this.#waitMs;
      waitMs !== undefined && next !== 'stop';
      waitMs = this.#waitMs
    ) {
      await this.#connection.yieldTurn();
      const chunk = await this.#connection.recvWithin(waitMs);
      // forEachChunk meets the end of the stream again.
      if (chunk?.length === 0) break;
      next = await (chunk ? this.onChunk(chunk) : this.#onSilence());
    }
    this.#isWaiting = false;
    return next;
  }

  #onSilence(): MaybePromise<Next> {
    if (this.#framing === 'auto') return this.#useRest();
    this.#isHinted = true;
    logUnfinishedLine(this.#connection);
    return this.#hint?.(HINT);
  }

  /** Uses what has no end as a message. */
  async #useRest(): Promise<Next> {
    const rest = this.#splitter.takeRest();
    this.#time();
    const next = rest === undefined ? undefined : await this.#use(rest);
    return next === 'stop' || this.#terminal?.end ? this.#stop() : undefined;
  }

  async #refuseTooLong(): Promise<Next> {
    this.#breach = 'too long';
    await this.#refuse('ERR line too long\n');
    return this.#stop();
  }

  #stop(): Next {
    this.#isOver = true;
    return 'stop';
  }
}
