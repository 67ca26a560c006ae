/**
 * The one datagram socket, on the main thread. Yields received messages on demand and sends the
 * answers; the counterpart of server/acceptor.ts:
 *
 *     for await (const datagram of receiver) …
 *
 * A sender of datagrams cannot be slowed down. Messages wait here, up to a limit; those beyond it
 * are dropped, counted and logged. So are those that the kernel dropped, where it reports them.
 *
 * Senders can be forged. So an address has a bounded rate (senders.ts), an answer a bounded length
 * (datagram.ts), and loops between servers end (repeated-answers.ts).
 */
import type { RemoteInfo, Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { startError } from '../serving/listen-address.js';
import { formatEndpoint } from '../connection/endpoint.js';
import { LineLimit } from '../log/line-limit.js';
import type { Logger } from '../log/log.js';
import { monotonicMs } from '../base/clock.js';
import { RoundRobinQueue } from '../base/round-robin-queue.js';
import { longestAnswerBytes, MAX_DATAGRAM_BYTES, type Datagram } from './datagram.js';
import { kernelDropsOf } from './kernel-drops.js';
import { RepeatedAnswers } from './repeated-answers.js';
import { Senders } from './senders.js';
import { askForBuffer, socketFor } from './socket.js';

interface ReceiverSettings {
  readonly host: string;
  readonly port: number;
  /** The largest number of waiting messages; more are dropped. */
  readonly queueLimit: number;
  /** The largest number of messages of one address in a second; 0: no limit. */
  readonly ratePerSecond: number;
}

const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** The largest number of messages that are being answered at once, under every model. */
const MAX_AT_ONCE = 4096;
/** The least time between two warnings in milliseconds: drops and errors come in thousands. */
const LOG_MS = 1000;
const MAX_LAST_TURNS = 1000;

const TOO_LONG = `ERR datagram too long: at most ${MAX_DATAGRAM_BYTES} bytes\n`;

export class Receiver implements AsyncIterable<Datagram> {
  readonly port: number;
  readonly receiveBufferBytes: number;
  readonly #socket: Socket;
  readonly #own: AddressInfo;
  readonly #queueLimit: number;
  readonly #log: Logger;
  readonly #queue = new RoundRobinQueue<Datagram>();
  readonly #counts = {
    received: 0,
    answered: 0,
    refused: 0,
    ignored: 0,
    limited: 0,
    repeated: 0,
    dropped: 0,
    sendFailures: 0,
  };
  readonly #senders: Senders;
  readonly #repeatedAnswers = new RepeatedAnswers();
  readonly #limitLines = new LineLimit();
  #consumer: ((datagram: Datagram | undefined) => void) | undefined;
  #working = 0;
  #onDrained: (() => void) | undefined;
  #lastWarningMs = -Infinity;
  #droppedSinceWarning = 0;
  #ended = false;
  #closed = false;

  /**
   * Binds the socket.
   * @throws StartError that says in one line what is wrong with the address
   */
  static async bind(settings: ReceiverSettings, log: Logger): Promise<Receiver> {
    const { host, port } = settings;
    try {
      const { socket, address } = await socketFor(host);
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.bind({ address, port, exclusive: true }, resolve);
      }).catch((error: unknown) => {
        socket.close();
        throw error;
      });
      socket.removeAllListeners('error');
      return new Receiver(settings, socket, log);
    } catch (error) {
      throw startError({ host, port }, error as NodeJS.ErrnoException);
    }
  }

  private constructor(
    { queueLimit, ratePerSecond }: ReceiverSettings,
    socket: Socket,
    log: Logger,
  ) {
    this.#socket = socket;
    this.#own = socket.address();
    this.#queueLimit = Math.max(1, queueLimit);
    this.#log = log;
    this.#senders = new Senders(this.#own, ratePerSecond);
    this.port = this.#own.port;
    this.receiveBufferBytes = askForBuffer(socket, RECEIVE_BUFFER_BYTES);
    socket.on('message', (message, from) => this.#onMessage(message, from));
    // Such as an ICMP message about an earlier answer. It concerns one client, not the socket.
    socket.on('error', (error) => this.#warn('datagram socket failed', { err: error }));
  }

  /** The number of messages that the model has not taken yet. */
  get waiting(): number {
    return this.#queue.waiting;
  }

  /** The number of messages that were taken and not answered yet. */
  get working(): number {
    return this.#working;
  }

  /** What happened to the messages so far. */
  get counts(): Readonly<Record<string, number>> {
    return this.#counts;
  }

  /**
   * The number of messages that the kernel dropped, where it reports that. Valid until {@link
   * close}.
   */
  get kernelDropped(): number | undefined {
    return kernelDropsOf(this.#own);
  }

  [Symbol.asyncIterator](): AsyncIterator<Datagram, undefined> {
    return { next: () => this.#next() };
  }

  #next(): Promise<IteratorResult<Datagram, undefined>> {
    return new Promise((resolve) => {
      this.#consumer = (datagram) => {
        this.#consumer = undefined;
        resolve(datagram ? { done: false, value: datagram } : { done: true, value: undefined });
      };
      this.#yieldNext();
    });
  }

  #onMessage(message: Buffer, { address, port }: RemoteInfo): void {
    this.#counts.received++;
    if (this.#ended) {
      this.#drop(1);
      return;
    }
    const objection = this.#senders.objection(address, port);
    if (objection === 'ignored') this.#counts.ignored++;
    else if (objection === 'limited') this.#limit(address);
    else if (message.length > MAX_DATAGRAM_BYTES) void this.#refuse(message.length, address, port);
    else {
      const peer = formatEndpoint(address, port);
      if (!this.#hasRoomFor(peer)) {
        this.#drop(1);
        return;
      }
      this.#queue.put(peer, { message, address, port, peer, receivedAtMs: monotonicMs() });
      this.#yieldNext();
    }
  }

  /** One client may take half of the queue, so a flood from it leaves space for others. */
  #hasRoomFor(peer: string): boolean {
    const mostOfOne = Math.ceil(this.#queueLimit / 2);
    return this.#queue.waiting < this.#queueLimit && this.#queue.waitingOf(peer) < mostOfOne;
  }

  #yieldNext(): void {
    if (!this.#consumer || this.#working >= MAX_AT_ONCE) return;
    const datagram = this.#queue.take();
    if (datagram) {
      this.#working++;
      this.#consumer(datagram);
    } else if (this.#ended && this.#queue.waiting === 0) this.#consumer(undefined);
  }

  /**
   * Ends the work on a datagram: sends the reply, if there is one. Called once for each datagram
   * that was yielded.
   * @returns the number of bytes sent
   */
  async settle(datagram: Datagram, reply: Uint8Array | undefined): Promise<number> {
    if (this.#closed) return 0;
    const { peer, address, port } = datagram;
    let sentBytes = 0;
    if (reply !== undefined) {
      const sent = shortEnough(reply, datagram.message.length);
      if (this.#repeatedAnswers.isOneTooMany(peer, sent)) this.#countRepeated(peer);
      else if (await this.#send(sent, address, port)) {
        this.#counts.answered++;
        sentBytes = sent.length;
      }
    }
    this.#working--;
    this.#queue.release(peer);
    this.#yieldNext();
    this.#notifyIfDrained();
    return sentBytes;
  }

  /**
   * Answers a message that is too long. It costs no call of the service and no place in the queue.
   */
  async #refuse(bytesIn: number, address: string, port: number): Promise<void> {
    // MAX_AT_ONCE does not bound these replies, so the socket's own queue must.
    if (this.#socket.getSendQueueCount() > MAX_AT_ONCE) {
      this.#drop(1);
      return;
    }
    const reply = Buffer.from(TOO_LONG);
    const peer = formatEndpoint(address, port);
    if (this.#repeatedAnswers.isOneTooMany(peer, reply)) {
      this.#countRepeated(peer);
      return;
    }
    this.#counts.refused++;
    const bytesOut = (await this.#send(reply, address, port)) ? reply.length : 0;
    if (!this.#log.isLevelEnabled('debug')) return;
    this.#log.debug({ peer, bytesIn, bytesOut }, 'datagram refused');
  }

  /** Never rejects. Resolves when the send has ended, with whether the kernel took the datagram. */
  #send(bytes: Uint8Array, address: string, port: number): Promise<boolean> {
    return new Promise((resolve) => {
      this.#socket.send(bytes, port, address, (error) => {
        if (error) {
          this.#counts.sendFailures++;
          this.#warn('send failed', { peer: formatEndpoint(address, port), err: error });
        }
        resolve(!error);
      });
    });
  }

  /**
   * Reads what the kernel has received so far. Later messages are dropped; earlier ones are still
   * yielded, then the iteration ends.
   */
  async end(): Promise<void> {
    // The kernel delivers some dozens a turn. The bound ends this under a continuing flood.
    for (let turns = 0, quiet = 0; quiet < 2 && turns < MAX_LAST_TURNS; turns++) {
      const { received } = this.#counts;
      await nextTurn();
      quiet = this.#counts.received === received ? quiet + 1 : 0;
    }
    this.#ended = true;
    this.#yieldNext();
    this.#notifyIfDrained();
  }

  /** Resolves when no message waits or is being answered. Called once, after {@link end}. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDrained = resolve;
      this.#notifyIfDrained();
    });
  }

  #notifyIfDrained(): void {
    if (this.#working === 0 && this.#queue.waiting === 0) this.#onDrained?.();
  }

  /** Drops the messages that wait or are being answered, and closes the socket. */
  close(): void {
    this.#closed = true;
    this.#ended = true;
    this.#counts.dropped += this.#queue.clear() + this.#working;
    this.#yieldNext();
    this.#socket.close();
  }

  #limit(address: string): void {
    this.#counts.limited++;
    this.#limitLines.line('limited', (fields) =>
      this.#log.warn({ address, ...fields }, 'datagrams limited'),
    );
  }

  #countRepeated(peer: string): void {
    this.#counts.repeated++;
    this.#limitLines.line('repeated', (fields) =>
      this.#log.warn({ peer, ...fields }, 'answers repeated'),
    );
  }

  #drop(count: number): void {
    this.#counts.dropped += count;
    this.#droppedSinceWarning += count;
    if (this.#ended) return;
    const dropped = this.#droppedSinceWarning;
    if (this.#warn('datagrams dropped', { dropped, waiting: this.#queue.waiting }))
      this.#droppedSinceWarning = 0;
  }

  /**
   * Warns at most once in LOG_MS; the totals are logged at the end.
   * @returns whether it logged
   */
  #warn(message: string, fields: object): boolean {
    const nowMs = monotonicMs();
    if (nowMs - this.#lastWarningMs < LOG_MS) return false;
    this.#lastWarningMs = nowMs;
    this.#log.warn(fields, message);
    return true;
  }
}

function shortEnough(reply: Uint8Array, questionBytes: number): Uint8Array {
  const mostBytes = longestAnswerBytes(questionBytes);
  if (reply.length <= mostBytes) return reply;
  return Buffer.from(`ERR answer too long: at most ${mostBytes} bytes\n`);
}
