/**
 * A client of a check, over TCP. It sends exactly the packets that its check asks for, and writes
 * all that happens into the transcript. Main thread of `handoff check`. Read inbox.ts next.
 */
import { once } from 'node:events';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inbox } from './inbox.js';
import { Mismatch } from './mismatch.js';
import type { Patience } from './patience.js';
import type { Transcript } from './transcript.js';

/**
 * Between two packets that the server shall receive one by one. TCP keeps no boundaries, so a
 * server that is slower than this receives them as one: that can hide a mistake, never invent one.
 */
const PACKET_GAP_MS = 4;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Surroundings {
  readonly label: string;
  readonly transcript: Transcript;
  readonly patience: Patience;
}

export class StreamClient {
  readonly inbox: Inbox;
  readonly #socket: Socket;
  readonly #transcript: Transcript;
  readonly #patience: Patience;

  private constructor(socket: Socket, { label, transcript, patience }: Surroundings) {
    this.#socket = socket;
    this.#transcript = transcript;
    this.#patience = patience;
    this.inbox = new Inbox(label, transcript, patience);
    socket.on('data', (bytes) => this.inbox.add(bytes));
    socket.on('end', () => this.inbox.close('ended'));
    socket.on('error', () => this.inbox.close('was reset'));
  }

  /** @throws Mismatch if the server does not accept */
  static async connect(address: Address, surroundings: Surroundings): Promise<StreamClient> {
    const { label, patience, transcript } = surroundings;
    const socket = new Socket({ allowHalfOpen: true }).setNoDelay(true);
    const limit = setTimeout(
      () => socket.destroy(new Error('no answer')),
      Math.max(1, patience.leftMs()),
    );
    try {
      socket.connect(address);
      await once(socket, 'connect');
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const why = code === 'ECONNREFUSED' ? 'connection refused' : message;
      throw new Mismatch(`${label} cannot connect to port ${address.port}: ${why}`);
    } finally {
      clearTimeout(limit);
    }
    transcript.add(label, 'connected');
    return new StreamClient(socket, surroundings);
  }

  get label(): string {
    return this.inbox.label;
  }

  /** One packet, unless it is too long for one. */
  send(text: string | Buffer): void {
    const bytes = Buffer.from(text);
    this.#transcript.add(this.label, 'sent', bytes);
    this.#socket.write(bytes);
  }

  /** Each piece in a packet of its own. */
  async sendPieces(pieces: readonly Buffer[]): Promise<void> {
    for (const piece of pieces) {
      this.send(piece);
      await sleep(PACKET_GAP_MS);
    }
  }

  /** Cut at every byte, which also cuts characters of several bytes. */
  async sendBytewise(text: string): Promise<void> {
    await this.sendPieces(Array.from(Buffer.from(text), (byte) => Buffer.of(byte)));
  }

  /** Resolves when the kernel has taken all that was sent; fails if the server does not read it. */
  async flushed(): Promise<void> {
    if (this.#socket.writableLength === 0) return;
    await Promise.race([
      once(this.#socket, 'drain').catch(() => undefined),
      sleep(this.#patience.leftMs(), undefined, { ref: false }),
    ]);
    if (this.#socket.writableLength > 0)
      this.inbox.fail('could not send everything: the server stopped reading');
  }

  /** Does nothing for so long, as a slow user does. */
  async waits(ms: number): Promise<void> {
    this.#transcript.add(this.label, 'paused', undefined, `${ms} ms`);
    await sleep(ms);
  }

  pauseReading(): void {
    this.#socket.pause();
  }

  resumeReading(): void {
    this.#socket.resume();
  }

  /** Closes the sending side only. */
  halfClose(): void {
    this.#transcript.add(this.label, 'half-closed');
    this.#socket.end();
  }

  /** Closes the connection in order, as a client does that has read everything. */
  close(): void {
    this.#transcript.add(this.label, 'closed');
    this.#socket.destroy();
  }

  /** Sends a reset, as the kernel does for a client that was killed with unread data. */
  reset(): void {
    this.#transcript.add(this.label, 'reset');
    this.#socket.resetAndDestroy();
  }

  /** Ends the connection after the check; that is no event of the check. */
  release(): void {
    this.inbox.abandon();
    this.#socket.removeAllListeners('data').removeAllListeners('end');
    this.#socket.on('error', () => undefined).destroy();
  }
}
