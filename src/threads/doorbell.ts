/**
 * Main's side of the doorbell: client threads ring it when they have settled, or wait for a call to
 * be answered. Main thread. doorbell-button.ts is a thread's side.
 *
 *     client thread                                         main
 *     press() ── its bit; one byte, if none is on its way ──► reads the byte, passes on who has rung
 *
 * One byte wakes main for all that rang before it looked. A message of `worker_threads` for each
 * would take longer than several sends, and so would looking at every mailbox.
 */
import { Socket, type ConnectOpts } from 'node:net';
import { bindSocketPair, close, SOCK_STREAM } from '../base/libc/socket.js';
import { doorbellLayout as layout, type DoorbellPlace } from './protocol.js';

/** More than one byte comes only where a thread has died in between. */
const READ_BYTES = 64;

/** `Caller` is what main knows of a thread that rings. */
export class Doorbell<Caller> {
  readonly #words: Int32Array<SharedArrayBuffer>;
  /** By place. */
  readonly #callers: (Caller | undefined)[];
  readonly #onRung: (caller: Caller) => void;
  readonly #socket: Socket;
  /** The threads' end. */
  readonly #fd: number;

  /**
   * @param most how many threads have a place at a time
   * @throws SystemCallError, for example EMFILE
   */
  constructor(most: number, onRung: (caller: Caller) => void) {
    const words = layout.firstPlaces + Math.ceil(most / layout.placesPerWord);
    this.#words = new Int32Array(new SharedArrayBuffer(4 * words));
    this.#callers = new Array<Caller | undefined>(most).fill(undefined);
    this.#onRung = onRung;
    const [fd, threadsFd] = bindSocketPair()(SOCK_STREAM);
    this.#fd = threadsFd;
    const onread = { buffer: new Uint8Array(READ_BYTES), callback: () => this.#passOn() };
    const options: ConnectOpts & { readonly fd: number } = { fd, onread };
    this.#socket = new Socket(options).unref();
  }

  /** @throws Error if all places are taken */
  add(caller: Caller): DoorbellPlace {
    const place = this.#callers.indexOf(undefined);
    if (place === -1) throw new Error(`all ${this.#callers.length} places are taken`);
    this.#callers[place] = caller;
    return { memory: this.#words.buffer, fd: this.#fd, place };
  }

  /** The caller's thread is dead. If it had rung and not been heard yet, it still is. */
  remove(caller: Caller): void {
    this.#passOn();
    this.#callers[this.#callers.indexOf(caller)] = undefined;
  }

  /** All threads have ended. */
  close(): void {
    this.#socket.destroy();
    close(this.#fd);
  }

  /** @returns true: the socket reads on */
  #passOn(): true {
    // First: a thread that rings from now on sends another byte, so none is overlooked.
    Atomics.store(this.#words, layout.isOnItsWay, 0);
    for (let word = layout.firstPlaces; word < this.#words.length; word++) {
      const firstPlace = layout.placesPerWord * (word - layout.firstPlaces);
      for (let bits = Atomics.exchange(this.#words, word, 0); bits !== 0; bits &= bits - 1) {
        const caller = this.#callers[firstPlace + 31 - Math.clz32(bits & -bits)];
        if (caller !== undefined) this.#onRung(caller);
      }
    }
    return true;
  }
}
