/**
 * One client's conversation: chunks come in, answers go out in the order of the requests. The
 * answers to the requests of one chunk go out as one send, unless other clients of the event loop
 * get their turn in between. Synchronous unless a file is large or
 * the client slow, so a client thread stays in its loop. Read answer.ts for the answers.
 */
import type { Connection, MaybePromise, Next } from '../../connection/connection.js';
import { IAC, NetworkTerminal, type Typing } from '../../connection/network-terminal.js';
import { asBuffer } from '../../connection/text.js';
import type { Site } from './answer.js';
import { RequestParser } from './parser.js';
import type { RequestLog } from './request-log.js';
import { LastRequest } from './repeat.js';
import { refusal, type Message, type Refusal, type Request } from './request.js';
import { CONTINUE, refusalAnswer, UNREADABLE } from './response.js';
import { Transfer } from './transfer.js';

/** So many bytes of answers are sent although more requests wait. */
const BATCH_BYTES = 256 * 1024;

interface ConversationSettings {
  /** Undefined: answers are not logged. */
  readonly log?: RequestLog | undefined;
}

export class Conversation {
  readonly #connection: Connection;
  readonly #site: Site;
  readonly #log: RequestLog | undefined;
  readonly #parser = new RequestParser();
  readonly #last = new LastRequest();
  /** Made for the first command: only a telnet sends any. */
  #terminal: NetworkTerminal | undefined;
  #messages = NO_MESSAGES;
  #next = 0;
  #batch: Buffer[] = [];
  #batchBytes = 0;
  /** A request was incomplete at the end of its chunk. */
  #isTimed = false;
  /** An answer is being sent, or the last one has been: no other bytes may go out. */
  #isAnswering = false;
  #isEarly = false;

  constructor(connection: Connection, site: Site, { log }: ConversationSettings = {}) {
    this.#connection = connection;
    this.#site = site;
    this.#log = log;
  }

  /** Whether the last answer refused a request of which the client may have more to send. */
  get isEarly(): boolean {
    return this.#isEarly;
  }

  /**
   * Answers the requests that are complete with this chunk.
   * @throws ConnectionLost when the client has gone
   */
  onChunk(chunk: Uint8Array): MaybePromise<Next> {
    this.#isAnswering = true;
    const answer = this.#answerAgain(chunk);
    const next = answer ? this.#connection.sendAll(answer) : this.#answerAll(chunk);
    return typeof next === 'object' ? next.then(this.#settle) : this.#settle(next);
  }

  /**
   * Answers a client that ends its side, is idle or is late within a request. Between requests it sends
   * nothing.
   */
  endWith(why: Refusal): MaybePromise<undefined> {
    if (this.#isAnswering || !this.#parser.isWithin()) return undefined;
    const answer = refusalAnswer(why, UNREADABLE);
    this.#log?.note(undefined, answer);
    return this.#connection.sendAll(answer);
  }

  readonly #settle = (next: Next): Next => {
    if (next !== 'stop') this.#isAnswering = false;
    return next;
  };

  /** The answer to the last request, if the chunk repeats it and the answer is prepared. */
  #answerAgain(chunk: Uint8Array): Buffer | undefined {
    const request = this.#parser.isFresh() ? this.#last.sameAs(chunk) : undefined;
    const answer = request && this.#site.preparedAnswer(request);
    if (answer) this.#log?.note(request, answer);
    return answer;
  }

  #answerAll(chunk: Uint8Array): MaybePromise<Next> {
    this.#messages = this.#read(chunk);
    this.#next = 0;
    return this.#answer();
  }

  #read(chunk: Uint8Array): readonly Message[] {
    const bytes = asBuffer(chunk);
    const wasFresh = this.#parser.isFresh();
    const isTelnet = bytes[0] === IAC || this.#terminal?.isWithin === true;
    if (isTelnet && this.#parser.isInHead()) return this.#readTelnet(bytes);
    const messages = this.#parser.read(bytes);
    if (wasFresh && this.#parser.isFresh()) this.#last.note(bytes, messages);
    return this.#timed(messages);
  }

  /**
   * Skips what a telnet sends before a request. Within a head that ends the conversation: a proxy
   * that passes the bytes on would read other fields than those between them.
   */
  #readTelnet(bytes: Buffer): readonly Message[] {
    const terminal = (this.#terminal ??= new NetworkTerminal());
    const typed = new BeforeRequest();
    const text = bytes.subarray(terminal.skip(bytes, typed));
    const answer = terminal.takeAnswer();
    if (answer) this.#add(answer);
    if (this.#parser.isWithin()) return [INTERRUPTED];
    if (typed.isText || terminal.end === 'too long') return [NO_HTTP];
    return this.#timed(this.#parser.read(text));
  }

  /** Only a request that spans chunks has a deadline. */
  #timed(messages: readonly Message[]): readonly Message[] {
    if (!this.#isTimed && !this.#parser.isWithin()) return messages;
    const isNew = messages.length > 0 || !this.#isTimed;
    this.#isTimed = this.#parser.isWithin();
    if (!this.#isTimed) this.#connection.endDeadline('request');
    else if (isNew) this.#connection.startDeadline('request');
    return messages;
  }

  /** A loop until an answer must be awaited. Calling it again continues where it was. */
  #answer(): MaybePromise<Next> {
    for (;;) {
      const message = this.#messages[this.#next++];
      if (message === undefined) {
        // A client may stay silent for long: thousands of requests would be kept for it.
        this.#messages = NO_MESSAGES;
        return this.#send();
      }
      if (message.kind === 'request') {
        const answer = this.#site.answer(message);
        if (answer instanceof Transfer) {
          this.#log?.noteTransfer(message, answer);
          const next = this.#transfer(answer);
          if (next instanceof Promise)
            return next.then((settled) => this.#resume(settled, message));
          if (next === 'stop') return this.#stop();
        } else {
          this.#add(answer);
          this.#log?.note(message, answer);
        }
        if (!message.keepAlive) return this.#stop();
      } else if (message.kind === 'expectation') {
        this.#add(CONTINUE);
      } else {
        const answer = refusalAnswer(message, UNREADABLE);
        this.#isEarly = true;
        this.#add(answer);
        this.#log?.note(undefined, answer);
        return this.#stop();
      }
      if (this.#batchBytes >= BATCH_BYTES) {
        const sent = this.#send();
        if (sent) return sent.then(() => this.#answer());
      }
      if (this.#next < this.#messages.length) {
        const turn = this.#connection.yieldTurn();
        if (turn) return turn.then(() => this.#answer());
      }
    }
  }

  /** Sends a file after the answers before it. */
  #transfer(transfer: Transfer): MaybePromise<Next> {
    const start = () => transfer.sendTo(this.#connection);
    try {
      const sent = this.#send();
      if (sent) return sent.then(start, closing(transfer));
    } catch (error) {
      transfer.close();
      throw error;
    }
    return start();
  }

  #resume(next: Next, { keepAlive }: Request): MaybePromise<Next> {
    if (next === 'stop' || !keepAlive) return this.#stop();
    const turn = this.#next < this.#messages.length ? this.#connection.yieldTurn() : undefined;
    return turn ? turn.then(() => this.#answer()) : this.#answer();
  }

  #stop(): MaybePromise<Next> {
    const sent = this.#send();
    return sent ? sent.then(() => 'stop') : 'stop';
  }

  #add(answer: Buffer): void {
    this.#batch.push(answer);
    this.#batchBytes += answer.length;
  }

  #send(): MaybePromise<undefined> {
    const batch = this.#batch;
    const [only] = batch;
    if (only === undefined) return undefined;
    const bytes = batch.length === 1 ? only : Buffer.concat(batch, this.#batchBytes);
    this.#batch = [];
    this.#batchBytes = 0;
    return this.#connection.sendAll(bytes);
  }
}

/** There is no line yet that a telnet's command could erase. */
class BeforeRequest implements Typing {
  isText = false;

  push(): void {
    this.isText = true;
  }

  eraseCharacter(): void {
    // Nothing has been typed.
  }

  eraseLine(): void {
    // Nothing has been typed.
  }
}

const INTERRUPTED = refusal(400, 'the request was interrupted');
const NO_HTTP = refusal(400, 'this is not HTTP');

const NO_MESSAGES: readonly Message[] = [];

/** Closes the transfer if the answers before it could not be sent. */
function closing(transfer: Transfer) {
  return (error: unknown): never => {
    transfer.close();
    throw error;
  };
}
