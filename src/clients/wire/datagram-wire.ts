/**
 * A conversation in datagrams: sends one message, waits for its answer, and retries if none comes.
 * A retry is safe only for a service that may receive a message twice. Its own process, main
 * thread.
 *
 * A message that was sent n times may be answered n times, so n - 1 identical answers are ignored.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { lookup } from 'node:dns/promises';
import { StartError } from '../../base/errors.js';
import { connectionError } from './errors.js';
import { nameOf } from './target.js';
import type { Wire } from './wire.js';

interface RetryPolicy {
  readonly resendMs: number;
  /** Number of times a message is sent, the first time included. */
  readonly tries: number;
}

const RETRY_POLICY: RetryPolicy = { resendMs: 1000, tries: 5 };

/** Bound on unread answers. Each message has one answer, so more than this are not the server's. */
const MAX_UNREAD = 100;

/** @throws StartError with a one-line message if the host does not resolve */
export async function connectDatagrams(
  target: { readonly host: string; readonly port: number },
  retries: RetryPolicy = RETRY_POLICY,
): Promise<Wire> {
  const where = nameOf(target);
  try {
    const { address } = await lookup(target.host);
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    // A connected socket receives only this server's datagrams, and the error of a closed port.
    socket.connect(target.port, address);
    await once(socket, 'connect');
    return new DatagramWire(socket, where, retries);
  } catch (error) {
    throw connectionError(where, error);
  }
}

class DatagramWire implements Wire {
  readonly #socket: Socket;
  readonly #where: string;
  readonly #retries: RetryPolicy;
  readonly #unsent: string[] = [];
  readonly #unread: string[] = [];
  #pending: { message: string; tries: number; timer: NodeJS.Timeout } | undefined;
  /** The last answer, and how many duplicates of it may still arrive. */
  #lastAnswer = { answer: '', duplicates: 0 };
  #ending = false;
  #closed = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(socket: Socket, place: string, patience: RetryPolicy) {
    this.#socket = socket;
    this.#where = place;
    this.#retries = patience;
    socket.on('message', (datagram) => this.#receive(datagram.toString()));
    socket.on('error', (error) => this.#fail(connectionError(place, error)));
  }

  async *messages(): AsyncIterable<readonly string[]> {
    for (;;) {
      const answer = this.#unread.shift();
      if (answer !== undefined) yield answer.replace(/\r?\n$/, '').split(/\r?\n/);
      else if (this.#error) throw this.#error;
      else if (this.#closed) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  send(message: string): void {
    this.#unsent.push(message);
    this.#sendNext();
  }

  flushed(): Promise<void> {
    return Promise.resolve();
  }

  end(): void {
    this.#ending = true;
    this.#sendNext();
  }

  destroy(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#pending?.timer);
    this.#socket.close();
    this.#wake?.();
  }

  #sendNext(): void {
    if (this.#pending || this.#closed) return;
    const message = this.#unsent.shift();
    if (message !== undefined) {
      const timer = setInterval(() => this.#transmit(), this.#retries.resendMs);
      this.#pending = { message, tries: 0, timer };
      this.#transmit();
    } else if (this.#ending) this.destroy();
  }

  #transmit(): void {
    if (!this.#pending) return;
    if (this.#pending.tries++ < this.#retries.tries) {
      this.#socket.send(this.#pending.message, () => undefined);
    } else if (this.#ending) {
      // The client is leaving and needs no answer.
      this.destroy();
    } else {
      this.#fail(new StartError(`${this.#where}: no answer to ${this.#retries.tries} datagrams`));
    }
  }

  #receive(answer: string): void {
    if (answer === this.#lastAnswer.answer && this.#lastAnswer.duplicates > 0) {
      this.#lastAnswer.duplicates--;
      return;
    }
    if (this.#pending) {
      clearInterval(this.#pending.timer);
      this.#lastAnswer = { answer, duplicates: this.#pending.tries - 1 };
      this.#pending = undefined;
    }
    if (this.#unread.length < MAX_UNREAD) this.#unread.push(answer);
    this.#wake?.();
    this.#sendNext();
  }

  #fail(error: Error): void {
    this.#error ??= error;
    this.destroy();
  }
}
