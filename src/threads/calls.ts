/**
 * How a handler in a client thread calls its session, which lives on main: through shared memory,
 * one call at a time. Methods are names, arguments and results are JSON; this file knows no
 * service.
 *
 *     client thread                                      main
 *     call(method, args) ── state: ASKED, doorbell ──►   take() ── session[method](...args)
 *     blocks                                             … perhaps much later …
 *     has its result     ◄── state: ANSWERED ─────────   answer(outcome)
 *
 * A call blocks the thread, as recv(2) and send(2) do. The handler gets a plain value, and does not
 * read its client's next line before main has dealt with the last one. A message port would cost
 * two turns of the thread's event loop for each line. Memory is ordered by the state word, as in
 * mailbox.ts.
 */
import { monotonicMs } from '../base/clock.js';
import { describeThrown } from '../base/thrown.js';
import type { Session } from '../shared/shared.js';
import { WaitWord } from './wait-word.js';

const IDLE = 0;
const ASKED = 1;
const ANSWERED = 2;

/** Indexes of the 32-bit words; the times and the text of the call or of its outcome follow. */
const STATE = 0;
const LENGTH = 1;
const CLOSED = 2;
const WORDS = 3;
const TIMES_AT_BYTE = 16;
/** Indexes of the times: when main took the call, and how long the client's calls have waited. */
const TAKEN_AT = 0;
const WAITED = 1;
const TEXT_AT_BYTE = 64;
/** Holds a message of 4,096 bytes, each of them escaped (`\u0000`), and some more arguments. */
const TEXT_BYTES = 32 * 1024;

export interface Call {
  readonly method: string;
  readonly args: unknown[];
}

/** The result of a call. */
export type Outcome =
  | { readonly value: unknown }
  | { readonly error: { readonly message: string; readonly stack: string | undefined } };

export class SyncCallSlot {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #state: WaitWord;
  readonly #timesMs: Float64Array;
  readonly #text: Buffer;
  /** Main thread: the call has been taken and is not answered yet. */
  #taken = false;

  /** @param buffer of the slot on the other thread; without it, the slot is new */
  constructor(buffer = new SharedArrayBuffer(TEXT_AT_BYTE + TEXT_BYTES)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer, 0, WORDS);
    this.#state = new WaitWord(this.#words, STATE);
    this.#timesMs = new Float64Array(buffer, TIMES_AT_BYTE, 2);
    this.#text = Buffer.from(buffer, TEXT_AT_BYTE);
  }

  /**
   * Client thread. Asks main and blocks until main has answered.
   * @param notifyMain makes main look at the calls
   * @throws Error when the call failed on main or will not be answered, or does not fit into the
   *   slot
   */
  call(method: string, args: unknown[], notifyMain: () => void): unknown {
    this.#write(JSON.stringify({ method, args } satisfies Call));
    const askedAtMs = monotonicMs();
    Atomics.store(this.#words, STATE, ASKED);
    notifyMain();
    // Either this thread sees `closed`, or main has changed the state before this thread waits.
    if (!this.#isClosed) this.#state.waitWhile(ASKED);
    if (this.#isClosed) throw new Error(`the call of ${method} ended: the server stops`);
    this.#timesMs[WAITED] = this.waitedMs + (this.#timesMs[TAKEN_AT] ?? askedAtMs) - askedAtMs;
    const outcome = JSON.parse(this.#read()) as Outcome;
    Atomics.store(this.#words, STATE, IDLE);
    return valueOf(method, outcome);
  }

  /** Client thread. How long the calls since the last time this was asked waited for main's loop. */
  takeWaitedMs(): number {
    const { waitedMs } = this;
    this.#timesMs[WAITED] = 0;
    return waitedMs;
  }

  /** The same; either thread may ask. */
  get waitedMs(): number {
    return this.#timesMs[WAITED] ?? 0;
  }

  /** Main thread. Whether the client thread waits for an answer. */
  get isAsked(): boolean {
    return Atomics.load(this.#words, STATE) === ASKED;
  }

  /**
   * Main thread. A call that must be answered; undefined if there is none that was not taken
   * before.
   */
  take(): Call | undefined {
    if (Atomics.load(this.#words, STATE) !== ASKED || this.#taken) return undefined;
    this.#taken = true;
    this.#timesMs[TAKEN_AT] = monotonicMs();
    return JSON.parse(this.#read()) as Call;
  }

  /** Main thread. Answers the call that was taken, and wakes its thread. */
  answer(outcome: Outcome): void {
    this.#taken = false;
    try {
      this.#write(JSON.stringify(outcome));
    } catch (error) {
      this.#write(JSON.stringify(failure(error)));
    }
    Atomics.store(this.#words, STATE, ANSWERED);
    this.#state.wake();
  }

  /**
   * Main thread. A call that waits for an answer fails, and so do later ones. Terminating the
   * thread would not wake it.
   */
  close(): void {
    Atomics.store(this.#words, CLOSED, 1);
    Atomics.compareExchange(this.#words, STATE, ASKED, IDLE);
    this.#state.wake();
  }

  get #isClosed(): boolean {
    return Atomics.load(this.#words, CLOSED) === 1;
  }

  #write(text: string): void {
    const length = Buffer.byteLength(text);
    if (length > TEXT_BYTES)
      throw new Error(`a call of ${length} bytes is too long: at most ${TEXT_BYTES}`);
    this.#text.write(text);
    this.#words[LENGTH] = length;
  }

  #read(): string {
    return this.#text.toString('utf8', 0, this.#words[LENGTH]);
  }
}

/**
 * Client thread. A session whose methods are calls to main; only its type says which methods there
 * are.
 */
export function remoteSession(slot: SyncCallSlot, notifyMain: () => void): Session {
  return sessionOf((method, args) => slot.call(method, args, notifyMain));
}

/** A session that passes every call on. */
export function sessionOf(call: (method: string, args: unknown[]) => unknown): Session {
  const methods = new Map<PropertyKey, unknown>();
  return new Proxy({} as Session, {
    get(_target, name) {
      // `await` asks whether a session is a promise.
      if (typeof name === 'symbol' || name === 'then') return undefined;
      let method = methods.get(name);
      if (!method) methods.set(name, (method = (...args: unknown[]) => call(name, args)));
      return method;
    },
  });
}

/**
 * What a call returns on the thread that has called.
 * @throws Error when the call failed on main
 */
export function valueOf(method: string, outcome: Outcome): unknown {
  if ('value' in outcome) return outcome.value;
  // JSON has no `undefined`.
  if (!('error' in outcome)) return undefined;
  const cause = Object.assign(new Error(), outcome.error);
  throw new Error(`the call of ${method} failed: ${cause.message}`, { cause });
}

/** Main thread. Makes a call that a client thread has asked for. Never rejects. */
export async function performCall(session: Session, { method, args }: Call): Promise<Outcome> {
  try {
    // The caller's thread knew the session's type; here the method is looked up by name.
    const { [method]: call } = session as unknown as Record<
      string,
      (...args: unknown[]) => unknown
    >;
    if (typeof call !== 'function') throw new Error('a session has no such method');
    return { value: await call.apply(session, args) };
  } catch (error) {
    return failure(error);
  }
}

/** JSON of an outcome, also where a service of the user's own answers what JSON cannot represent. */
export function outcomeText(outcome: Outcome): string {
  try {
    return JSON.stringify(outcome);
  } catch (error) {
    return JSON.stringify(failure(error));
  }
}

function failure(error: unknown): Outcome {
  const { message, stack } = describeThrown(error);
  return { error: { message: message.slice(0, 1024), stack: stack?.slice(0, 4096) } };
}
