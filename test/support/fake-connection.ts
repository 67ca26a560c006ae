/**
 * A connection with given chunks. It answers with values, as in a client thread, or with promises,
 * as on the event loop. As both of them may, it reuses a chunk's buffer as soon as the handler has
 * finished with it.
 */
import {
  NO_BYTES,
  type Connection,
  type MaybePromise,
  type Next,
} from '../../src/connection/connection.js';
import type { DeadlineName } from '../../src/connection/deadlines.js';
import { HERE, IAC } from '../../src/connection/network-terminal.js';

export type Manner = 'values' | 'promises';

const USED_UP = 0x23;

export class FakeConnection implements Connection {
  readonly id = 1;
  readonly peer = 'fake';
  readonly log = undefined;
  ended = false;
  /** `start login`, `end login` …, in their order. */
  readonly deadlines: string[] = [];
  readonly #chunks: Uint8Array[];
  readonly #manner: Manner;
  readonly #sent: Buffer[] = [];
  #lent: Uint8Array = NO_BYTES;
  #delivered = false;

  constructor(chunks: readonly Uint8Array[], manner: Manner) {
    this.#chunks = [...chunks];
    this.#manner = manner;
  }

  /** All text that was sent. */
  get sent(): string {
    return Buffer.concat(this.#sent).toString();
  }

  get unreadChunks(): number {
    return this.#chunks.length;
  }

  recv(): MaybePromise<Uint8Array> {
    this.#lent.fill(USED_UP);
    this.#lent = Uint8Array.from(this.#chunks.shift() ?? NO_BYTES);
    if (this.#lent.length === 0) this.ended = true;
    return this.#given(this.#lent);
  }

  /** Chunks come at once: silences are tested over sockets. */
  recvWithin(): MaybePromise<Uint8Array> {
    return this.recv();
  }

  get hasClientEnded(): boolean {
    return this.ended;
  }

  sendAll(bytes: Uint8Array): MaybePromise<undefined> {
    if (this.#delivered && !isOfTelnet(bytes))
      throw new Error('a connection has one writer at a time');
    this.#sent.push(Buffer.from(bytes));
    return this.#given(undefined);
  }

  /** Receives what a shared object delivers. */
  deliver(bytes: Uint8Array): void {
    this.#delivered = true;
    this.#sent.push(Buffer.from(bytes));
  }

  yieldTurn(): MaybePromise<undefined> {
    return this.#given(undefined);
  }

  async forEachChunk(use: (chunk: Uint8Array) => MaybePromise<Next>): Promise<void> {
    for (;;) {
      const chunk = await this.recv();
      if (chunk.length === 0) return;
      const next = use(chunk);
      if ((next instanceof Promise ? await next : next) === 'stop') return;
    }
  }

  startDeadline(name: DeadlineName): void {
    this.deadlines.push(`start ${name}`);
  }

  endDeadline(name: DeadlineName): void {
    this.deadlines.push(`end ${name}`);
  }

  finish(): void {
    this.#chunks.length = 0;
  }

  #given<T>(value: T): MaybePromise<T> {
    return this.#manner === 'values' ? value : Promise.resolve(value);
  }
}

/** Whether it answers a command of telnet, which may stand between any two bytes. */
function isOfTelnet(bytes: Uint8Array): boolean {
  return bytes[0] === IAC || Buffer.from(bytes).equals(Buffer.from(HERE));
}
