/**
 * One client's conversation: its chunks go in, answers go out in the order of the requests, and those to the requests
 * of one chunk as one send. Synchronous unless a file is large or the client slow, so that a client thread stays in
 * its loop. Read answer.ts for the answers.
 */
import type { Connection, MaybePromise, Next } from '../../connection/connection.js';
import { asBuffer } from '../../connection/text.js';
import type { Site } from './answer.js';
import { RequestParser } from './parser.js';
import { refusal, type Message, type Refusal, type Request } from './request.js';
import { CONTINUE, refusalAnswer, UNREADABLE } from './response.js';
import { Transfer } from './transfer.js';

/** A client that is never silent for long may still not take longer than this for one request. */
const REQUEST_MS = 60_000;
/** Answers are sent when they are so many, though more requests wait. */
const BATCH_BYTES = 256 * 1024;

export class Conversation {
  readonly #connection: Connection;
  readonly #site: Site;
  readonly #nowMs: () => number;
  readonly #parser = new RequestParser();
  #messages: readonly Message[] = [];
  #next = 0;
  #batch: Buffer[] = [];
  #batchBytes = 0;
  /** When a request began that was not complete at the end of its chunk. */
  #begunAtMs: number | undefined;
  /** Something is being sent, or the last thing has been: nothing may be said between. */
  #isAnswering = false;

  constructor(connection: Connection, site: Site, nowMs: () => number = () => performance.now()) {
    this.#connection = connection;
    this.#site = site;
    this.#nowMs = nowMs;
  }

  /** Answers what has come. */
  onChunk(chunk: Uint8Array): MaybePromise<Next> {
    this.#isAnswering = true;
    this.#messages = this.#read(chunk);
    this.#next = 0;
    const next = this.#answer();
    return next instanceof Promise ? next.then(this.#settle) : this.#settle(next);
  }

  /** What a client is told whose side ends, or falls silent, before its request does. Whole requests need no more. */
  endWith(why: Refusal): MaybePromise<undefined> {
    if (this.#isAnswering || !this.#parser.isWithin()) return undefined;
    return this.#connection.sendAll(refusalAnswer(why, UNREADABLE));
  }

  readonly #settle = (next: Next): Next => {
    if (next !== 'stop') this.#isAnswering = false;
    return next;
  };

  #read(chunk: Uint8Array): readonly Message[] {
    const messages = this.#parser.read(asBuffer(chunk));
    return this.#isLate(messages) ? [...messages, TOO_SLOW] : messages;
  }

  /** Looks at the clock only for requests that do not come in one chunk. */
  #isLate({ length }: readonly Message[]): boolean {
    if (!this.#parser.isWithin()) {
      this.#begunAtMs = undefined;
      return false;
    }
    const nowMs = this.#nowMs();
    if (this.#begunAtMs === undefined || length > 0) this.#begunAtMs = nowMs;
    return nowMs - this.#begunAtMs > REQUEST_MS;
  }

  /** A loop until something has to be waited for; goes on where it was when called again. */
  #answer(): MaybePromise<Next> {
    for (;;) {
      const message = this.#messages[this.#next++];
      if (message === undefined) return this.#send();
      if (message.kind === 'request') {
        const answer = this.#site.answer(message);
        if (answer instanceof Transfer) {
          const next = this.#transfer(answer);
          if (next instanceof Promise) return next.then((settled) => this.#resume(settled, message));
          if (next === 'stop') return this.#stop();
        } else {
          this.#add(answer);
        }
        if (!message.keepAlive) return this.#stop();
      } else if (message.kind === 'expectation') {
        this.#add(CONTINUE);
      } else {
        this.#add(refusalAnswer(message, UNREADABLE));
        return this.#stop();
      }
      if (this.#batchBytes >= BATCH_BYTES) {
        const sent = this.#send();
        if (sent) return sent.then(() => this.#answer());
      }
    }
  }

  /** A file follows the answers before it. */
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
    return next === 'stop' || !keepAlive ? this.#stop() : this.#answer();
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

const TOO_SLOW = refusal(408, 'the request took too long');

/** What to do when the answers before a transfer could not be sent. */
function closing(transfer: Transfer) {
  return (error: unknown): never => {
    transfer.close();
    throw error;
  };
}
