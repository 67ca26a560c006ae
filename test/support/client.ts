/**
 * A scripted client: it sends raw bytes, and asserts exactly what comes back and what does not.
 *
 * Silence is proved, not waited for. Send a message whose answer is known, and assert that nothing
 * came before it. Or close the sending side, and assert that the end follows directly.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { sendBytes } from '../../src/base/libc/socket.js';
import type { ListenAddress } from '../../src/serving/listen-address.js';
import { PATIENCE_MS } from './eventually.js';
import type { Cleanup } from './server.js';

export type Bytes = string | Uint8Array;

const MSG_OOB = 1;

/** How long to listen where nothing else can prove silence, in milliseconds. */
const SILENCE_MS = 50;

/** Connects to a port of 127.0.0.1, or to the address of a test's server. */
export async function connectClient(
  t: Cleanup,
  to: number | { readonly address: ListenAddress },
): Promise<Client> {
  const address = typeof to === 'number' ? { host: '127.0.0.1', port: to } : to.address;
  const options: NetConnectOpts = { ...address, allowHalfOpen: true, noDelay: true };
  const socket = connect(options);
  t.after(() => void socket.destroy());
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
  socket.removeAllListeners('error');
  return new Client(socket);
}

export class Client {
  /** Undefined on a Unix-domain socket. */
  readonly localPort: number | undefined;
  readonly #socket: Socket;
  readonly #chunks: Buffer[] = [];
  readonly #closed: Promise<void>;
  #end: 'open' | 'ended' | Error = 'open';
  #wake: (() => void) | undefined;

  constructor(socket: Socket) {
    this.localPort = socket.localPort;
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#chunks.push(chunk);
      this.#wake?.();
    });
    const end = (how: 'ended' | Error) => {
      if (this.#end === 'open') this.#end = how;
      this.#wake?.();
    };
    socket.on('end', () => end('ended'));
    socket.on('error', (error) => end(error));
    this.#closed = new Promise((resolve) => {
      socket.on('close', () => {
        end(new Error('the client itself has closed'));
        resolve();
      });
    });
  }

  /** Sends all bytes in one write. */
  send(bytes: Bytes): void {
    this.#socket.write(bytes);
  }

  /** Sends a byte as urgent data. All before it must have been sent. */
  sendUrgent(byte: number): void {
    const { _handle } = this.#socket as Socket & { readonly _handle: { readonly fd: number } };
    assert.equal(sendBytes(_handle.fd, Buffer.of(byte), 1, MSG_OOB), 1);
  }

  /**
   * Sends each byte in a separate write and segment. The server may still read several in one recv.
   */
  async sendOneByOne(bytes: Bytes): Promise<void> {
    for (const byte of Buffer.from(bytes)) {
      await new Promise<void>((resolve) => this.#socket.write(Buffer.of(byte), () => resolve()));
      await turn();
    }
  }

  /** Asserts that the next bytes are these. Later ones are left for the next expectation. */
  async expect(expected: Bytes): Promise<void> {
    const wanted = Buffer.from(expected);
    let matched = 0;
    while (matched < wanted.length) {
      const chunk = await this.#next(`${matched} of ${show(wanted)}`);
      const part = chunk?.subarray(0, wanted.length - matched);
      if (chunk === undefined || part === undefined) {
        assert.fail(
          `expected ${show(wanted)}, but ${this.#ending()} came after ${show(wanted.subarray(0, matched))}`,
        );
      }
      if (!wanted.subarray(matched, matched + part.length).equals(part)) {
        assert.fail(
          `expected ${show(wanted)}, got ${show(Buffer.concat([wanted.subarray(0, matched), chunk]))}`,
        );
      }
      matched += part.length;
      if (part.length < chunk.length) this.#chunks.unshift(chunk.subarray(part.length));
    }
  }

  /**
   * Sends, and asserts that the answer is the next thing to arrive: nothing was on its way before.
   */
  async exchange(message: Bytes, answer: Bytes): Promise<void> {
    this.send(message);
    await this.expect(answer);
  }

  /** Asserts that the server ends its side in order, and sends nothing before that. */
  async expectEnd(): Promise<void> {
    const chunk = await this.#next('the end');
    if (chunk !== undefined) assert.fail(`expected the end, got ${show(chunk)}`);
    if (this.#end !== 'ended') assert.fail(`expected the end, but ${this.#ending()} came`);
  }

  /**
   * Closes this side, too, and asserts that neither this nor anything sent after the server's end
   * caused a reset.
   */
  async expectCleanClose(): Promise<void> {
    this.halfClose();
    await this.#closed;
    await this.expectEnd();
    if (this.#socket.errored)
      assert.fail(`expected a clean close, but ${this.#socket.errored.message}`);
  }

  /** Asserts that the connection ends, in order or by a reset; drops what comes before that. */
  async expectOver(): Promise<void> {
    while ((await this.#next('the end or a reset')) !== undefined);
  }

  /**
   * Asserts that nothing has come, and nothing comes for a while. Prefer {@link exchange} or {@link
   * expectEnd}.
   */
  async expectSilence(): Promise<void> {
    await sleep(SILENCE_MS);
    this.expectNothingYet();
  }

  /**
   * Asserts that nothing has come so far. A proof only after a marker that would have come later.
   */
  expectNothingYet(): void {
    const [chunk] = this.#chunks;
    if (chunk !== undefined) assert.fail(`expected silence, got ${show(chunk)}`);
    if (this.#end !== 'open') assert.fail(`expected silence, but ${this.#ending()} came`);
  }

  async readLine(): Promise<string> {
    let line = Buffer.alloc(0);
    for (;;) {
      const chunk = await this.#next('a line');
      if (chunk === undefined)
        assert.fail(`expected a line, but ${this.#ending()} came after ${show(line)}`);
      const end = chunk.indexOf('\n') + 1;
      line = Buffer.concat([line, end === 0 ? chunk : chunk.subarray(0, end)]);
      if (end === 0) continue;
      if (end < chunk.length) this.#chunks.unshift(chunk.subarray(end));
      return line.toString('utf8', 0, line.length - 1);
    }
  }

  /** Reads exactly so many bytes. */
  async read(lengthBytes: number): Promise<Buffer> {
    let bytes = Buffer.alloc(0);
    while (bytes.length < lengthBytes) {
      const chunk = await this.#next(`${lengthBytes} bytes`);
      if (chunk === undefined)
        assert.fail(
          `expected ${lengthBytes} bytes, but ${this.#ending()} came after ${show(bytes)}`,
        );
      const missing = lengthBytes - bytes.length;
      bytes = Buffer.concat([bytes, chunk.subarray(0, missing)]);
      if (chunk.length > missing) this.#chunks.unshift(chunk.subarray(missing));
    }
    return bytes;
  }

  /** Reads everything up to an orderly end. */
  async readToEnd(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for (;;) {
      const chunk = await this.#next('the end');
      if (chunk !== undefined) chunks.push(chunk);
      else if (this.#end === 'ended') return Buffer.concat(chunks);
      else
        assert.fail(
          `expected the end, but ${this.#ending()} came after ${show(Buffer.concat(chunks))}`,
        );
    }
  }

  /** Stops reading: what the server sends stays in the kernel's buffers until they are full. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Resolves when the kernel has taken all that was sent. */
  async sent(): Promise<void> {
    if (this.#socket.writableLength > 0) await once(this.#socket, 'drain');
  }

  /** Sends until the server closes, which a reset or a failed write shows. */
  async untilCutOff(): Promise<void> {
    const pulse = setInterval(() => this.send('and another thing'), 1);
    await this.#closed;
    clearInterval(pulse);
  }

  /**
   * Resolves when the kernel has taken nothing more for a while, as the socket's own timeout shows.
   */
  async stalled(): Promise<void> {
    this.#socket.setTimeout(SILENCE_MS);
    await once(this.#socket, 'timeout');
    this.#socket.setTimeout(0);
  }

  /** Ends the sending side; answers are still read. */
  halfClose(): void {
    this.#socket.end();
  }

  /** Closes both ways. */
  close(): void {
    this.#socket.destroy();
  }

  /** Ends the connection with a reset. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** The next chunk; undefined when no more will come. */
  async #next(wanted: string): Promise<Buffer | undefined> {
    if (this.#chunks.length === 0 && this.#end === 'open') {
      await new Promise<void>((resolve, reject) => {
        const deadline = setTimeout(() => {
          this.#wake = undefined;
          reject(new assert.AssertionError({ message: `in vain waited for ${wanted}` }));
        }, PATIENCE_MS);
        this.#wake = () => {
          this.#wake = undefined;
          clearTimeout(deadline);
          resolve();
        };
      });
    }
    return this.#chunks.shift();
  }

  #ending(): string {
    return this.#end instanceof Error ? `an error (${this.#end.message})` : 'the end';
  }
}

const SHOWN_BYTES = 200;

function show(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, SHOWN_BYTES)).toString('latin1');
  return `${bytes.length} bytes ${JSON.stringify(text)}${bytes.length > SHOWN_BYTES ? '…' : ''}`;
}
