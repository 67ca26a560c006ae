/**
 * A connection over a net.Socket: recv and sendAll are promises where they have to wait. Runs on the main thread,
 * for the iterative and the event-loop model. See blocking.ts for the client thread's counterpart.
 *
 *     'data' ──► consumer, if one waits and nothing is ahead ──► else #received ──► recv / forEachChunk
 *
 * The socket flows all the time and is paused only while more than HIGH_WATER_BYTES wait to be read: pausing and
 * resuming for every message would cost more than the echo itself.
 */
import type { Socket } from 'node:net';
import { ConnectionLost, NO_BYTES, RECV_BYTES, SLOW_BYTES } from './connection.js';
import type { Connection, Endpoint, LossReason, MaybePromise, Next } from './connection.js';
import { peerOf } from './endpoint.js';
import { IdleTimer } from './idle-timer.js';

const HIGH_WATER_BYTES = 4 * RECV_BYTES;

export class StreamConnection implements Connection {
  readonly id: number;
  readonly #socket: Socket;
  readonly #received: Uint8Array[] = [];
  #receivedBytes = 0;
  #ended = false;
  /** The client itself has ended its side; nothing of it can be unread behind that. */
  #clientEnded = false;
  #finished = false;
  #lost: ConnectionLost | undefined;
  /** Known as soon as the socket is destroyed. */
  #sentBytes: number | undefined;
  /** Takes the next chunk directly while nothing is buffered: set by forEachChunk. */
  #consumer: ((chunk: Uint8Array) => void) | undefined;
  /** Wakes a recv or sendAll that waits for something to happen. */
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;
  #idleTimer: IdleTimer | undefined;

  /**
   * @param idleMs after how long a client is given up that is waited for and says nothing, or takes nothing of what is
   * sent to it; 0: never
   */
  constructor(id: number, socket: Socket, idleMs: number) {
    this.id = id;
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('end', () => {
      this.#clientEnded = true;
      this.shutdownRead();
    });
    socket.on('drain', () => this.#wakeWriter?.());
    socket.on('error', (error) => this.abort('reset', error));
    socket.on('close', () => {
      if (!this.#finished) this.abort('reset');
    });
    if (idleMs > 0) this.#startTimers(idleMs);
    socket.resume();
  }

  get peer(): Endpoint {
    return peerOf(this.#socket);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Why it was given up, if it was; whoever used it may have stopped in order all the same. */
  get lossReason(): LossReason | undefined {
    return this.#lost?.reason;
  }

  get bytesIn(): number {
    return this.#socket.bytesRead;
  }

  /** What the handler waits for; anything but the client is `await`. */
  get waitsFor(): 'recv' | 'send' | 'await' {
    if (this.#wakeWriter) return 'send';
    return this.#wakeReader || this.#finished ? 'recv' : 'await';
  }

  /** What the kernel has taken; what was queued behind that when the socket was destroyed has not been sent. */
  get bytesOut(): number {
    return this.#sentBytes ?? this.#socket.bytesWritten - this.#socket.writableLength;
  }

  recv(maxBytes = RECV_BYTES): MaybePromise<Uint8Array> {
    const chunk = this.#received[0];
    if (chunk !== undefined) return this.#shift(chunk, maxBytes);
    if (this.#lost) throw this.#lost;
    if (this.#ended) return NO_BYTES;
    return this.#untilReadable().then(() => this.recv(maxBytes));
  }

  sendAll(bytes: Uint8Array): MaybePromise<undefined> {
    if (this.#lost) {
      this.#sendLastMessage(bytes, this.#lost);
      return undefined;
    }
    if (!this.#socket.write(bytes)) return this.#untilDrained();
    // Below its own mark the socket also takes bytes that the kernel has not taken: they must not be reused yet.
    return this.#socket.writableLength === 0 ? undefined : this.#untilTaken();
  }

  /**
   * Sends beside the handler, without waiting.
   * @returns `slow` when the client leaves more than {@link SLOW_BYTES} unread, `gone` when the connection has ended
   */
  deliver(bytes: Uint8Array): 'delivered' | 'slow' | 'gone' {
    if (this.#lost || this.#finished) return 'gone';
    this.#socket.write(bytes);
    return this.#socket.writableLength <= SLOW_BYTES ? 'delivered' : 'slow';
  }

  async forEachChunk(use: (chunk: Uint8Array) => MaybePromise<Next>): Promise<void> {
    for (;;) {
      const chunk = this.#received.length > 0 ? await this.recv() : await this.#flow(use);
      if (chunk === 'stop') return;
      if (chunk === undefined) continue;
      if (chunk.length === 0 || (await use(chunk)) === 'stop') return;
    }
  }

  /** No more input: what has arrived is still read, then recv is at end of stream. */
  shutdownRead(): void {
    this.#ended = true;
    this.#wakeReader?.();
  }

  /** Gives the client up: whatever waits fails with ConnectionLost. Harmless when called again. */
  abort(reason: LossReason, cause?: unknown): void {
    this.#lost ??= new ConnectionLost(reason, cause);
    // Who was reading may have a last word for an idle client; the owner closes the socket right after that.
    const mayBeTold = reason === 'idle' && this.#wakeWriter === undefined;
    this.#wakeReader?.();
    this.#wakeWriter?.();
    if (!mayBeTold) this.destroy();
  }

  /**
   * Sends what is queued, says so to the client (FIN), and closes. A client that has not stopped talking is given
   * `patienceMs`, its bytes read and dropped: closing over unread bytes would make the kernel send a reset, which
   * can destroy the last answer on its way.
   */
  async finish(patienceMs: number): Promise<void> {
    const socket = this.#socket;
    this.#finished = true;
    if (this.#clientEnded && socket.writableLength === 0) this.destroy();
    if (socket.destroyed) return;
    let talking = this.#receivedBytes > 0;
    this.#consumer = () => {
      talking = true;
    };
    socket.setTimeout(0);
    await new Promise<void>((resolve) => {
      socket.once('close', resolve);
      const deadline = setTimeout(() => this.destroy(), patienceMs);
      socket.once('close', () => clearTimeout(deadline));
      // One turn of the loop later, what the client had sent by now has been read.
      socket.end(() => setImmediate(() => !talking && this.destroy()));
      socket.resume();
    });
  }

  /** Harmless when called again. */
  destroy(): void {
    this.#sentBytes ??= this.bytesOut;
    this.#socket.destroy();
  }

  /**
   * One clock while the handler waits for what the client says, and the clock of `net` while it sends. That sees what the
   * client takes, and may be twice as late, as it looks only once in `idleMs`; whatever goes either way winds it up. It has to be wound up again when it has fired, in case it was not the client that was idle.
   */
  #startTimers(idleMs: number): void {
    const socket = this.#socket;
    socket.setTimeout(idleMs);
    socket.on('timeout', () => {
      socket.setTimeout(idleMs);
      if (this.#wakeWriter) this.abort('idle');
    });
    const idleTimer = new IdleTimer(
      idleMs,
      () => this.#wakeReader !== undefined,
      () => this.abort('idle'),
    );
    socket.once('close', () => idleTimer.stop());
    this.#idleTimer = idleTimer;
  }

  #sendLastMessage(bytes: Uint8Array, lost: ConnectionLost): void {
    if (lost.reason !== 'idle' || this.#socket.destroyed) throw lost;
    this.#socket.write(bytes);
  }

  #onData(chunk: Uint8Array): void {
    this.#idleTimer?.touch();
    if (this.#consumer) {
      this.#consumer(chunk);
      return;
    }
    this.#received.push(chunk);
    this.#receivedBytes += chunk.length;
    if (this.#receivedBytes > HIGH_WATER_BYTES) this.#socket.pause();
    this.#wakeReader?.();
  }

  #shift(chunk: Uint8Array, maxBytes: number): Uint8Array {
    if (chunk.length > maxBytes) this.#received[0] = chunk.subarray(maxBytes);
    else this.#received.shift();
    const taken = chunk.subarray(0, maxBytes);
    this.#receivedBytes -= taken.length;
    if (this.#receivedBytes <= HIGH_WATER_BYTES && this.#socket.isPaused()) this.#socket.resume();
    return taken;
  }

  /**
   * Hands chunks to `use` as the socket's events bring them, without a promise for each. Ends when `use` says stop
   * or has to wait, at end of stream (an empty chunk), or fails with what `use` throws.
   */
  #flow(use: (chunk: Uint8Array) => MaybePromise<Next>): Promise<Uint8Array | Next> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#consumer = this.#wakeReader = undefined;
      };
      this.#wakeReader = () => {
        leave();
        if (this.#lost) reject(this.#lost);
        else resolve(NO_BYTES);
      };
      if (this.#ended || this.#lost) {
        this.#wakeReader();
        return;
      }
      this.#idleTimer?.touch();
      this.#consumer = (chunk) => {
        try {
          const next = use(chunk);
          if (next === undefined) {
            // It may have computed for longer than a client may be silent.
            this.#idleTimer?.touch();
            return;
          }
          leave();
          resolve(next);
        } catch (error) {
          leave();
          reject(error);
        }
      };
    });
  }

  #untilReadable(): Promise<void> {
    this.#idleTimer?.touch();
    return new Promise((resolve) => {
      this.#wakeReader = () => {
        this.#wakeReader = undefined;
        resolve();
      };
    });
  }

  /** For bytes after which no `drain` comes: a write that is empty is through as soon as they are. */
  #untilTaken(): Promise<undefined> {
    const taken = this.#untilDrained();
    this.#socket.write(NO_BYTES, () => this.#wakeWriter?.());
    return taken;
  }

  #untilDrained(): Promise<undefined> {
    return new Promise((resolve, reject) => {
      this.#wakeWriter = () => {
        this.#wakeWriter = undefined;
        if (this.#lost) reject(this.#lost);
        else resolve(undefined);
      };
    });
  }
}
