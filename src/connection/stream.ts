/**
 * A connection over a net.Socket: recv and sendAll return promises when they must wait. Runs on the
 * main thread for the iterative and event-loop models. See blocking.ts for the counterpart on a
 * client thread.
 *
 *     'data' ──► consumer, if one waits and nothing is ahead ──► else #received ──► recv / forEachChunk
 *
 * The socket flows, and is paused only while what waits to be read keeps more than HIGH_WATER_BYTES
 * of memory. Pausing and resuming it for every message would cost more than an echo itself.
 * What is delivered beside the handler has its own queue, in deliveries.ts.
 */
import type { Socket } from 'node:net';
import type { ServiceLog } from '../log/log.js';
import { ByteQueue } from './byte-queue.js';
import { ConnectionLost, NO_BYTES, RECV_BYTES, SLOW_BYTES, mayBeTold } from './connection.js';
import type { Connection, Endpoint, LossReason, MaybePromise, Next } from './connection.js';
import { DeadlineTimer } from './deadline-timer.js';
import { NO_DEADLINES, sendLimitMs, type DeadlineName, type Deadlines } from './deadlines.js';
import { peerOf } from './endpoint.js';
import { Deliveries } from './deliveries.js';
import type { LoopAccount } from './loop-account.js';
import { IdleTimer } from './idle-timer.js';
import type { OutputHolder, OutputLimit } from './output-limit.js';

const HIGH_WATER_BYTES = 4 * RECV_BYTES;

interface StreamSettings {
  /** The socket's descriptor, for deliveries; without it, the socket writes them. */
  readonly fd?: number | undefined;
  /** Counts the time for which its handler holds main's loop; none without a handler. */
  readonly account?: LoopAccount | undefined;
  /** Counts what the client leaves unread. */
  readonly limit?: OutputLimit | undefined;
  /** Default: none. */
  readonly deadlines?: Deadlines | undefined;
  readonly log?: ServiceLog | undefined;
}

export class StreamConnection implements Connection, OutputHolder {
  readonly id: number;
  readonly log: ServiceLog | undefined;
  /** Is asked to abort the connection when the {@link OutputLimit} cuts it. */
  owner: { abort(why: 'slow'): void } | undefined;
  readonly #socket: Socket;
  readonly #received = new ByteQueue();
  readonly #deliveries: Deliveries;
  readonly #limit: OutputLimit | undefined;
  #ended = false;
  /** Nothing behind that can be unread. */
  #clientEnded = false;
  #finished = false;
  #lost: ConnectionLost | undefined;
  /** Set when the socket is destroyed. */
  #sentBytes: number | undefined;
  /** Takes the next chunk directly while nothing is buffered. Set by forEachChunk. */
  #consumer: ((chunk: Uint8Array) => void) | undefined;
  /** Ends the direct way, so that a client that has used up its slice waits for its turn. */
  #leaveFlow: (() => void) | undefined;
  /** Wakes a recv or sendAll that waits. */
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;
  #idleTimer: IdleTimer | undefined;
  readonly #deadlines: Deadlines;
  /** Made for the first deadline. */
  #deadlineTimer: DeadlineTimer | undefined;
  readonly #account: LoopAccount | undefined;

  /**
   * @param idleMs idle timeout in milliseconds; 0 disables it. Disconnects a client that sends
   *   nothing while the handler waits for it, or stops reading its answer.
   */
  constructor(id: number, socket: Socket, idleMs: number, settings: StreamSettings = {}) {
    const { fd, account, limit, deadlines = NO_DEADLINES, log } = settings;
    this.id = id;
    this.log = log;
    this.#deadlines = deadlines;
    this.#limit = limit;
    this.#socket = socket;
    this.#deliveries = new Deliveries(socket, fd, () => limit?.note(this, this.#keptOutputBytes));
    this.#account = account;
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('end', () => {
      account?.noteInput('end');
      this.#clientEnded = true;
      this.shutdownRead();
    });
    socket.on('drain', () => {
      account?.noteEvent();
      this.#wakeWriter?.();
    });
    socket.on('error', (error) => {
      account?.noteEvent();
      this.abort('reset', error);
    });
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

  get hasClientEnded(): boolean {
    return this.#clientEnded;
  }

  /**
   * Why the connection was aborted, if it was. The handler may have ended in order all the same.
   */
  get lossReason(): LossReason | undefined {
    return this.#lost?.reason;
  }

  get bytesIn(): number {
    return this.#socket.bytesRead;
  }

  /** What the handler waits for; `await` is anything but the client. */
  get waitsFor(): 'recv' | 'send' | 'await' {
    if (this.#wakeWriter) return 'send';
    return this.#wakeReader || this.#finished ? 'recv' : 'await';
  }

  /**
   * The number of bytes that the kernel has taken. Bytes still queued when the socket is destroyed
   * do not count.
   */
  get bytesOut(): number {
    const { bytesWritten, writableLength } = this.#socket;
    return this.#sentBytes ?? this.#deliveries.sentBytes + bytesWritten - writableLength;
  }

  recv(maxBytes = RECV_BYTES): MaybePromise<Uint8Array> {
    this.#account?.touch();
    const chunk = this.#received.first;
    if (chunk !== undefined) return this.#shift(chunk, maxBytes);
    if (this.#lost) throw this.#lost;
    if (this.#ended) return NO_BYTES;
    return this.#untilReadable().then(() => this.recv(maxBytes));
  }

  recvWithin(waitMs: number): MaybePromise<Uint8Array | undefined> {
    if (this.#lost || this.#ended || !this.#received.isEmpty) return this.recv();
    const readable = this.#untilReadable();
    const wake = this.#wakeReader;
    let isOver = false;
    const look = () => {
      if (this.#wakeReader !== wake) return;
      isOver = true;
      wake?.();
    };
    // As in deadline-timer.ts: one more look at the sockets shows what has arrived while the loop
    // was blocked.
    const timer = setTimeout(() => setImmediate(look), Math.ceil(waitMs)).unref();
    return readable
      .finally(() => clearTimeout(timer))
      .then(() => (isOver ? undefined : this.recv()));
  }

  sendAll(bytes: Uint8Array): MaybePromise<undefined> {
    this.#account?.touch();
    if (this.#lost) {
      this.#sendLastMessage(bytes, this.#lost);
      return undefined;
    }
    this.#deliveries.passAll();
    if (!this.#socket.write(bytes)) return this.#inTime(bytes, this.#untilDrained());
    // Below its own high-water mark the socket also queues bytes. They must not be reused before
    // the kernel has taken them.
    return this.#socket.writableLength === 0 ? undefined : this.#inTime(bytes, this.#untilTaken());
  }

  /**
   * Sends beside the handler, without waiting.
   * @returns `slow` when what the client leaves unread keeps more than {@link SLOW_BYTES}, `gone`
   *   when the connection has ended
   */
  deliver(bytes: Uint8Array): 'delivered' | 'slow' | 'gone' {
    if (this.#finished || (this.#lost && !this.#canBeTold(this.#lost))) return 'gone';
    if (this.#deliveries.send(bytes)) return 'delivered';
    const keptBytes = this.#keptOutputBytes;
    if (keptBytes > SLOW_BYTES) return 'slow';
    this.#limit?.note(this, keptBytes);
    return 'delivered';
  }

  cut(): void {
    (this.owner ?? this).abort('slow');
  }

  yieldTurn(): MaybePromise<undefined> {
    return this.#account?.yieldTurn();
  }

  async forEachChunk(use: (chunk: Uint8Array) => MaybePromise<Next>): Promise<void> {
    for (;;) {
      const chunk = this.#received.isEmpty ? await this.#flow(use) : await this.#nextTurn();
      if (chunk === 'stop') return;
      if (chunk === undefined) continue;
      if (chunk.length === 0 || (await use(chunk)) === 'stop') return;
    }
  }

  /** Ends the input: recv returns what has arrived, then an end of stream. */
  shutdownRead(): void {
    this.#ended = true;
    this.#wakeReader?.();
  }

  /**
   * Ends the connection early: pending and later calls fail with ConnectionLost. Calling it again
   * changes nothing.
   */
  abort(reason: LossReason, cause?: unknown): void {
    this.#lost ??= new ConnectionLost(reason, cause);
    // The handler that was reading may send an idle or late client one last message; the owner
    // closes the socket right after it.
    const isTold = mayBeTold(reason) && this.#wakeWriter === undefined;
    this.#wakeReader?.();
    this.#wakeWriter?.();
    if (!isTold) this.destroy();
  }

  /**
   * Sends what is queued and an end of stream (FIN), then closes. A client that keeps sending has
   * `patienceMs` milliseconds to stop; its bytes are read and dropped. Closing over unread bytes
   * would make the kernel send a reset, which can destroy the last answer on its way.
   * @param silenceMs after so many milliseconds of silence the client has stopped; 0: at once
   */
  async finish(patienceMs: number, silenceMs = 0): Promise<void> {
    const socket = this.#socket;
    this.#account?.touch();
    this.#finished = true;
    this.#deliveries.passAll();
    if (this.#clientEnded && socket.writableLength === 0) this.destroy();
    if (socket.destroyed) return;
    let talking = !this.#received.isEmpty || silenceMs > 0;
    this.#consumer = () => {
      talking = true;
    };
    socket.setTimeout(silenceMs);
    if (silenceMs > 0) {
      socket.once('timeout', () => this.destroy());
      // Also when main ends the input, to stop.
      this.#wakeReader = () => {
        if (socket.writableLength === 0) this.destroy();
      };
    }
    await new Promise<void>((resolve) => {
      socket.once('close', resolve);
      const deadline = setTimeout(() => this.destroy(), patienceMs);
      socket.once('close', () => clearTimeout(deadline));
      // One turn of the loop later, everything that the client had sent by now has been read.
      socket.end(() => setImmediate(() => !talking && this.destroy()));
      socket.resume();
    });
  }

  startDeadline(name: DeadlineName): void {
    if (!this.#deadlineTimer) {
      const timer = new DeadlineTimer(
        this.#deadlines,
        () => this.#wakeReader !== undefined,
        (missed) => this.abort(`${missed} deadline`),
      );
      this.#socket.once('close', () => timer.stop());
      this.#deadlineTimer = timer;
    }
    this.#deadlineTimer.start(name);
  }

  endDeadline(name: DeadlineName): void {
    this.#deadlineTimer?.end(name);
  }

  /** Closes the socket. Calling it again changes nothing. */
  destroy(): void {
    this.#sentBytes ??= this.bytesOut;
    this.#deliveries.drop();
    this.#limit?.note(this, 0);
    this.#socket.destroy();
  }

  /**
   * Two timers: an {@link IdleTimer} while the handler waits for input, the timeout of `net` while
   * it sends. The latter restarts with bytes in both directions, and may fire up to `idleMs` late,
   * as it looks only once in `idleMs`. It must be restarted when it fires while the handler is not
   * sending.
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

  /** The memory of what the client leaves unread. */
  get #keptOutputBytes(): number {
    return this.#socket.writableLength + this.#deliveries.keptBytes;
  }

  #sendLastMessage(bytes: Uint8Array, lost: ConnectionLost): void {
    if (!this.#canBeTold(lost)) throw lost;
    this.#socket.write(bytes);
  }

  #canBeTold({ reason }: ConnectionLost): boolean {
    return mayBeTold(reason) && !this.#socket.destroyed;
  }

  #onData(chunk: Uint8Array): void {
    const mustWait = this.#account?.noteInput('bytes');
    this.#idleTimer?.touch();
    if (this.#consumer && !(mustWait && this.#leaveFlow)) {
      this.#consumer(chunk);
      return;
    }
    this.#received.push(chunk);
    if (this.#received.keptBytes > HIGH_WATER_BYTES) this.#socket.pause();
    if (this.#consumer) this.#leaveFlow?.();
    else this.#wakeReader?.();
  }

  /** The next chunk of those that wait; at once, unless the client has used up its slice. */
  async #nextTurn(): Promise<Uint8Array> {
    await this.yieldTurn();
    return this.recv();
  }

  #shift(chunk: Uint8Array, maxBytes: number): Uint8Array {
    const taken = chunk.subarray(0, maxBytes);
    this.#received.shift(taken.length);
    if (this.#received.keptBytes <= HIGH_WATER_BYTES && this.#socket.isPaused())
      this.#socket.resume();
    return taken;
  }

  /**
   * Passes chunks to `use` from the socket's events, without a promise for each. Ends when `use`
   * returns `'stop'` or a promise, at end of stream (an empty chunk), or with an error that `use`
   * throws.
   */
  #flow(use: (chunk: Uint8Array) => MaybePromise<Next>): Promise<Uint8Array | Next> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#consumer = this.#wakeReader = this.#leaveFlow = undefined;
      };
      this.#leaveFlow = () => {
        leave();
        resolve(undefined);
      };
      this.#wakeReader = () => {
        leave();
        if (this.#lost) reject(this.#lost);
        else resolve(NO_BYTES);
      };
      if (!this.#ended) this.#noteWaiting();
      if (this.#ended || this.#lost) {
        this.#wakeReader();
        return;
      }
      this.#consumer = (chunk) => {
        try {
          const next = use(chunk);
          if (next === undefined) {
            // The handler may have computed for longer than the idle timeout.
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
    this.#noteWaiting();
    if (this.#lost) return Promise.reject(this.#lost);
    return new Promise((resolve) => {
      this.#wakeReader = () => {
        this.#wakeReader = undefined;
        resolve();
      };
    });
  }

  /** The handler begins to wait for the client. It may have missed a deadline while it was busy. */
  #noteWaiting(): void {
    this.#idleTimer?.touch();
    const missed = this.#deadlineTimer?.missed;
    if (missed !== undefined) this.#lost ??= new ConnectionLost(`${missed} deadline`);
  }

  /** Bounds the time of a send that waits for the client. */
  #inTime(bytes: Uint8Array, taken: Promise<undefined>): Promise<undefined> {
    const limitMs = sendLimitMs(this.#deadlines, bytes.length);
    if (limitMs === 0) return taken;
    const timer = setTimeout(() => this.abort('send deadline'), limitMs).unref();
    return taken.finally(() => clearTimeout(timer));
  }

  /**
   * For bytes that no `drain` event follows: an empty write behind them completes when the kernel
   * has taken them.
   */
  #untilTaken(): Promise<undefined> {
    const taken = this.#untilDrained();
    this.#socket.write(NO_BYTES, () => this.#wakeWriter?.());
    return taken;
  }

  #untilDrained(): Promise<undefined> {
    // Mostly the kernel has taken all of it, and the event is on its way.
    if (this.#socket.writableLength > 0) this.#limit?.note(this, this.#keptOutputBytes);
    return new Promise((resolve, reject) => {
      this.#wakeWriter = () => {
        this.#wakeWriter = undefined;
        this.#limit?.note(this, 0);
        if (this.#lost) reject(this.#lost);
        else resolve(undefined);
      };
    });
  }
}
