/**
 * A client of a check, over UDP. Each datagram that it receives is one message. Main thread of
 * `handoff check`.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { quoted } from '../base/printable.js';
import { Mismatch } from './mismatch.js';
import type { Address, Surroundings } from './stream-client.js';

export class DatagramClient {
  readonly label: string;
  readonly #socket: Socket;
  readonly #surroundings: Surroundings;
  readonly #unread: Buffer[] = [];
  #receivedBytes = 0;
  #isRefused = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket, surroundings: Surroundings) {
    this.label = surroundings.label;
    this.#socket = socket;
    this.#surroundings = surroundings;
    socket.on('message', (datagram) => {
      this.#surroundings.transcript.add(this.label, 'received', datagram);
      this.#unread.push(datagram);
      this.#wake();
    });
    // The kernel reports a port that is not open with the next call.
    socket.on('error', () => {
      this.#isRefused = true;
      this.#wake();
    });
  }

  static async open({ host, port }: Address, surroundings: Surroundings): Promise<DatagramClient> {
    const { address } = await lookup(host);
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    socket.connect(port, address);
    await once(socket, 'connect');
    return new DatagramClient(socket, surroundings);
  }

  send(text: string | Buffer): void {
    const bytes = Buffer.from(text);
    this.#surroundings.transcript.add(this.label, 'sent', bytes);
    this.#socket.send(bytes, () => undefined);
  }

  /** Does nothing for so long. */
  async waits(ms: number): Promise<void> {
    this.#surroundings.transcript.add(this.label, 'paused', undefined, `${ms} ms`);
    await sleep(ms);
  }

  /** The next datagram is exactly this. */
  async receives(expected: string | Buffer): Promise<void> {
    const wanted = Buffer.from(expected);
    const got = await this.#next(quoted(wanted.toString()));
    if (got.equals(wanted)) return;
    const at = got.findIndex((byte, index) => byte !== wanted[index]);
    const offset = this.#receivedBytes - got.length + (at === -1 ? got.length : at);
    throw new Mismatch(
      `${this.label} expected ${quoted(wanted.toString())} (${wanted.length} bytes), ` +
        `got ${quoted(got.toString())} (${got.length} bytes)`,
      { client: this.label, offset },
    );
  }

  /** The next datagram has such a text. */
  async hears(expected: RegExp): Promise<string> {
    const got = (await this.#next(`a text like ${expected.source}`)).toString();
    if (expected.test(got)) return got;
    throw new Mismatch(
      `${this.label} expected a text like ${expected.source}, got ${quoted(got)}`,
      { client: this.label, offset: this.#receivedBytes - Buffer.byteLength(got) },
    );
  }

  /** What came and was not read; for a client that must have got nothing. */
  hasNothingUnread(why: string): void {
    const [first] = this.#unread;
    if (first === undefined) return;
    throw new Mismatch(`${this.label} got ${quoted(first.toString())}: ${why}`, {
      client: this.label,
      offset: this.#receivedBytes,
    });
  }

  release(): void {
    this.#socket.removeAllListeners('message').close();
  }

  async #next(what: string): Promise<Buffer> {
    const { patience, transcript } = this.#surroundings;
    const leftMs = patience.leftMs();
    if (this.#unread.length === 0 && !this.#isRefused) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const datagram = this.#unread.shift();
    if (datagram !== undefined) {
      this.#receivedBytes += datagram.length;
      return datagram;
    }
    if (!this.#isRefused)
      transcript.add(this.label, 'waited', undefined, `${Math.round(leftMs)} ms`);
    const why = this.#isRefused ? 'but the port is closed' : 'but nothing came';
    throw new Mismatch(`${this.label} expected ${what}, ${why}`, {
      client: this.label,
      offset: this.#receivedBytes,
    });
  }
}
