/**
 * A connection as a dialogue sees it: messages out, messages in. StreamWire sends them over a
 * stream, in lines or in chunks; datagram-wire.ts sends them over UDP. Its own process, main
 * thread.
 */
import { once } from 'node:events';
import { StringDecoder } from 'node:string_decoder';
import { connectionError } from './errors.js';
import { linesOf } from './lines.js';
import type { PatientSocket } from './patient-socket.js';
import { openPatientSocket } from './socket.js';
import { nameOf, type Target } from './target.js';

export interface Wire {
  /**
   * Yields the messages that arrived together, until the server closes.
   * @throws StartError with a one-line message if the connection breaks
   */
  messages(): AsyncIterable<readonly string[]>;
  send(message: string): void;
  /** Resolves when the kernel accepts more data, so that the send buffer stays bounded. */
  flushed(): Promise<void>;
  /** Shuts down the sending side after all messages are sent. */
  end(): void;
  /** Closes both sides at once. */
  destroy(): void;
}

/**
 * Gap between two messages of the chunk framing, so that they do not arrive as one. Twice the gap
 * that the protocol requires, since the receiver's timer may be late.
 */
const CHUNK_GAP_MS = 20;

/** An unfinished line counts as complete when the server is silent for this long. */
const QUIET_MS = 100;

/**
 * What a message is. `line`: text up to a newline; `chunk`: the bytes of one recv; `loose`: a line,
 * or an unfinished line after a silence of {@link QUIET_MS}.
 */
type Framing = 'line' | 'chunk' | 'loose';

/**
 * @param timeoutMs the connection breaks when the server owes an answer for so long; 0: never
 * @throws StartError with a one-line message if the connection fails
 */
export async function connectWire(target: Target, framing: Framing, timeoutMs = 0): Promise<Wire> {
  const socket = await openPatientSocket(target, {
    timeoutMs,
    isOurTurn: (at) => at.isAnswered && !at.writableEnded,
  });
  socket.setKeepAlive(true);
  return new StreamWire(socket, nameOf(target), framing);
}

class StreamWire implements Wire {
  readonly #socket: PatientSocket;
  readonly #where: string;
  readonly #framing: Framing;
  /** Resolves after the last chunk and the gap that follows it. */
  #paced = Promise.resolve();

  constructor(socket: PatientSocket, where: string, framing: Framing) {
    this.#socket = socket;
    this.#where = where;
    this.#framing = framing;
  }

  async *messages(): AsyncIterable<readonly string[]> {
    try {
      if (this.#framing === 'chunk') for await (const text of this.#texts()) yield [text];
      else yield* linesOf(this.#texts(), this.#framing === 'loose' ? QUIET_MS : undefined);
    } catch (error) {
      throw connectionError(this.#where, error);
    }
  }

  send(message: string): void {
    if (this.#framing !== 'chunk') {
      this.#socket.write(`${message}\n`);
      return;
    }
    this.#paced = this.#paced.then(async () => {
      this.#socket.write(message);
      await new Promise((resolve) => setTimeout(resolve, CHUNK_GAP_MS));
    });
  }

  async flushed(): Promise<void> {
    await this.#paced;
    if (this.#socket.writableNeedDrain && !this.#socket.destroyed) {
      await Promise.race([once(this.#socket, 'drain'), once(this.#socket, 'close')]).catch(
        () => undefined,
      );
    }
  }

  end(): void {
    this.#paced = this.#paced.then(() => void this.#socket.end());
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Decodes the bytes. A character split between two chunks comes with the second. */
  async *#texts(): AsyncIterable<string> {
    const decoder = new StringDecoder('utf8');
    for await (const chunk of this.#socket as AsyncIterable<Buffer>) {
      const text = decoder.write(chunk);
      if (text !== '') yield text;
    }
    const rest = decoder.end();
    if (rest !== '') yield rest;
    if (this.#socket.failure) throw this.#socket.failure;
  }
}
