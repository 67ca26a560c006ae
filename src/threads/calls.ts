/**
 * How a handler in a client thread calls its session, which lives on main: through shared memory, one call at a time.
 * Knows nothing of what is called: methods are names, arguments and results are JSON.
 *
 *     client thread                                  main
 *     call(method, args) ── state: ASKED, bell ──►   take() ── session[method](...args)
 *     blocks                                         … perhaps much later …
 *     has its result     ◄── state: ANSWERED ─────   answer(outcome)
 *
 * A call blocks the thread, as recv(2) and send(2) do: the handler sees a plain value, and reads no further line of
 * its client before the last one is dealt with. Why not messages over a port: a line would cost its thread two turns
 * of an event loop. Memory is ordered by the state word, as in mailbox.ts.
 */
import { waitWhile } from './wait-while.js';
import type { Session } from '../shared/shared.js';

const IDLE = 0;
const ASKED = 1;
const ANSWERED = 2;

/** Places in the 32-bit words; the text of the call or of its outcome stands behind them. */
const STATE = 0;
const LENGTH = 1;
const TEXT_AT_BYTE = 64;
/** Room for a message of 4,096 bytes with every one of them escaped (`\u0000`), and some arguments more. */
const TEXT_BYTES = 32 * 1024;

export interface Call {
  readonly method: string;
  readonly args: unknown[];
}

/** What became of a call. */
type Outcome =
  | { readonly value: unknown }
  | { readonly error: { readonly message: string; readonly stack: string | undefined } };

export class SyncCallSlot {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #text: Buffer;
  /** Main thread: the call in it is being worked on. */
  #taken = false;

  /** Without a buffer it is new; the other thread is given this one's. */
  constructor(buffer = new SharedArrayBuffer(TEXT_AT_BYTE + TEXT_BYTES)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer, 0, 2);
    this.#text = Buffer.from(buffer, TEXT_AT_BYTE);
  }

  /**
   * Client thread: asks main, which `ring` calls to it, and blocks until it has answered.
   * @throws Error if the call failed on main, or is too long to be made
   */
  call(method: string, args: unknown[], ring: () => void): unknown {
    this.#write(JSON.stringify({ method, args } satisfies Call));
    Atomics.store(this.#words, STATE, ASKED);
    ring();
    waitWhile(this.#words, STATE, ASKED);
    const outcome = JSON.parse(this.#read()) as Outcome;
    Atomics.store(this.#words, STATE, IDLE);
    if ('value' in outcome) return outcome.value;
    if (!('error' in outcome)) return undefined;
    const cause = Object.assign(new Error(), outcome.error);
    throw new Error(`the call of ${method} failed: ${cause.message}`, { cause });
  }

  /** Main thread: whether the client thread waits for an answer. */
  get isAsked(): boolean {
    return Atomics.load(this.#words, STATE) === ASKED;
  }

  /** Main thread: the call that has been made since it last looked, which is to be answered. */
  take(): Call | undefined {
    if (Atomics.load(this.#words, STATE) !== ASKED || this.#taken) return undefined;
    this.#taken = true;
    return JSON.parse(this.#read()) as Call;
  }

  /** Main thread: the outcome of the call that was taken. */
  answer(outcome: Outcome): void {
    this.#taken = false;
    try {
      this.#write(JSON.stringify(outcome));
    } catch (error) {
      this.#write(JSON.stringify(failure(error)));
    }
    Atomics.store(this.#words, STATE, ANSWERED);
    Atomics.notify(this.#words, STATE);
  }

  #write(text: string): void {
    const length = Buffer.byteLength(text);
    if (length > TEXT_BYTES) throw new Error(`${length} bytes are too many for one call`);
    this.#text.write(text);
    this.#words[LENGTH] = length;
  }

  #read(): string {
    return this.#text.toString('utf8', 0, this.#words[LENGTH]);
  }
}

/** Client thread: a session whose methods are calls to main. Its type says which there are; nothing checks that. */
export function remoteSession(box: SyncCallSlot, ring: () => void): Session {
  const methods = new Map<PropertyKey, unknown>();
  return new Proxy({} as Session, {
    get(_target, name) {
      // A session is no promise, though `await` asks whether it is one.
      if (typeof name === 'symbol' || name === 'then') return undefined;
      let method = methods.get(name);
      if (!method) methods.set(name, (method = (...args: unknown[]) => box.call(name, args, ring)));
      return method;
    },
  });
}

/** Main thread: makes a call that a client thread has asked for. Never rejects. */
export async function performCall(session: Session, { method, args }: Call): Promise<Outcome> {
  try {
    // The name came from another thread, where the session's type was known; here it is only looked up.
    const { [method]: call } = session as unknown as Record<string, (...args: unknown[]) => unknown>;
    if (typeof call !== 'function') throw new Error('a session has no such method');
    return { value: await call.apply(session, args) };
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): Outcome {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { error: { message: message.slice(0, 1024), stack: stack?.slice(0, 4096) } };
}
