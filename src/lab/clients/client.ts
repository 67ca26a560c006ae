/**
 * One client of a row: a socket of the lab's process that plays the script of its kind. The lab's
 * main thread. script.ts has what it says; ../rows/row-clients.ts has all of a row.
 *
 * A latency begins when the request was due, not when it was sent: a client that could not connect
 * or send in time counts that time, too.
 */
import { connect, type Socket } from 'node:net';
import { monotonicMs } from '../../base/clock.js';
import { DELAYED, type Kind } from '../protocol.js';
import { saidAtMs, scriptOf, type Script } from './script.js';

type Ending = 'done' | 'refused' | 'lost';

interface ClientSettings {
  readonly id: number;
  readonly kind: Kind;
  readonly port: number;
  /** Asked before each pause, so that a slider acts at once. */
  readonly thinkMs: () => number;
  readonly onAnswer: (latencyMs: number) => void;
  /** Its state has changed. */
  readonly onChange: () => void;
  readonly onEnd: (client: LabClient) => void;
}

/** A line of the server is far shorter. */
const MOST_PARTIAL_CHARACTERS = 4096;
const REFUSAL = 'ERR server full';

export class LabClient {
  readonly id: number;
  readonly kind: Kind;
  /** By the monotonic clock; 0: it does not wait for an answer. */
  waitsSinceMs = 0;
  /** The row has disconnected it: its end says nothing about the server. */
  isDismissed = false;
  /** Set when the connection is over. */
  ending: Ending | undefined;
  /** Set as soon as the kernel has completed the handshake, whatever the server does. */
  localPort: number | undefined;
  readonly #settings: ClientSettings;
  readonly #script: Script;
  readonly #socket: Socket;
  #partial = '';
  #answers = 0;
  #isRefused = false;
  #thinking: NodeJS.Timeout | undefined;

  constructor(settings: ClientSettings) {
    this.id = settings.id;
    this.kind = settings.kind;
    this.#settings = settings;
    this.#script = scriptOf(settings.kind, settings.id);
    if (this.#script.first !== undefined) this.waitsSinceMs = monotonicMs();
    this.#socket = connect({ host: '127.0.0.1', port: settings.port, noDelay: true });
    this.#socket.setEncoding('utf8');
    this.#socket.once('connect', () => this.#begin());
    // The end follows, which says it.
    this.#socket.on('error', () => undefined);
    this.#socket.once('close', () => this.#end());
  }

  /** Whether others may keep it waiting. */
  get isDelayed(): boolean {
    return this.#isDelayable && this.waitsSinceMs > 0;
  }

  get #isDelayable(): boolean {
    return DELAYED.includes(this.kind);
  }

  /** Disconnects it on the lab's behalf: in order, or at once. */
  dismiss(how: 'in order' | 'at once'): void {
    this.isDismissed = true;
    this.waitsSinceMs = 0;
    if (how === 'in order') this.#leave();
    else {
      this.ending ??= 'done';
      this.#socket.destroy();
    }
  }

  /** Its server has ended: so does its connection, without an answer. */
  abandon(): void {
    this.ending ??= 'lost';
    this.#socket.destroy();
  }

  /** Ends the connection in order. A client that reads nothing resets it. */
  #leave(): void {
    clearTimeout(this.#thinking);
    this.ending ??= 'done';
    if (this.#script.flood === undefined && this.localPort !== undefined) this.#socket.end();
    else this.#socket.destroy();
    // Nothing that still comes is of use.
    this.#socket.resume();
  }

  #begin(): void {
    this.localPort = this.#socket.localPort;
    const { first, flood } = this.#script;
    if (flood === undefined) {
      this.#socket.on('data', (text: string) => this.#onText(text));
      if (first !== undefined) this.#socket.write(first);
    } else this.#flood(flood);
    this.#settings.onChange();
  }

  /** Without a listener for data, the socket reads nothing, and its buffers fill. */
  #flood(piece: string): void {
    const write = () => {
      if (this.#socket.destroyed) return;
      this.#socket.write(piece, (error) => {
        if (!error) write();
      });
    };
    write();
  }

  #onText(text: string): void {
    const lines = (this.#partial + text).split('\n');
    this.#partial = (lines.pop() ?? '').slice(0, MOST_PARTIAL_CHARACTERS);
    for (const line of lines) this.#onLine(line);
    this.#settings.onChange();
  }

  #onLine(line: string): void {
    if (line.startsWith(REFUSAL)) this.#isRefused = true;
    else if (this.kind === 'listener') this.#onChatLine(line);
    else if (this.kind === 'speaker') this.#thinkFirst();
    else this.#onAnswer();
  }

  #onAnswer(): void {
    if (this.waitsSinceMs === 0) return;
    this.#answers++;
    // The time of the two long requests is their own.
    if (this.#isDelayable) this.#settings.onAnswer(monotonicMs() - this.waitsSinceMs);
    this.waitsSinceMs = 0;
    if (this.#script.next) this.#thinkFirst();
    else this.#leave();
  }

  #onChatLine(line: string): void {
    const atMs = saidAtMs(line);
    this.waitsSinceMs = 0;
    if (atMs !== undefined) this.#settings.onAnswer(monotonicMs() - atMs);
  }

  #thinkFirst(): void {
    this.waitsSinceMs = 0;
    if (this.#thinking || this.ending) return;
    const thinkMs = this.#settings.thinkMs();
    const dueMs = monotonicMs() + thinkMs;
    this.#thinking = setTimeout(() => {
      this.#thinking = undefined;
      const { next } = this.#script;
      if (!next || this.#socket.destroyed) return;
      if (this.#isDelayable) this.waitsSinceMs = dueMs;
      this.#socket.write(next(monotonicMs()));
      this.#settings.onChange();
      if (this.kind === 'speaker') this.#thinkFirst();
    }, thinkMs);
  }

  #end(): void {
    clearTimeout(this.#thinking);
    if (this.#isRefused) this.ending = 'refused';
    this.ending ??= this.#answers > 0 && !this.#script.stays ? 'done' : 'lost';
    this.waitsSinceMs = 0;
    this.#settings.onEnd(this);
  }
}
