/**
 * A connection as a dialogue sees it: messages out, messages in. Here over a stream, in lines or in chunks;
 * datagram-wire.ts has the one over UDP.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { connectionError } from './errors.js';
import { linesOf } from './lines.js';
import { nameOf, type Target } from './target.js';

export interface Wire {
  /** What came together, until the server ends. Throws a StartError of one line when the connection is lost. */
  messages(): AsyncIterable<readonly string[]>;
  send(message: string): void;
  /** Resolves when what was sent is on its way, so that what waits to be sent is bounded. */
  flushed(): Promise<void>;
  /** Nothing more will be sent. */
  end(): void;
  /** Ends at once: nothing more will be heard either. */
  destroy(): void;
}

/**
 * Two messages of the chunk framing, sent so far apart, do not arrive as one. Twice what the contract asks for, as a
 * timer of the receiver's machine may be late.
 */
const CHUNK_GAP_MS = 20;

/** A server that ends no messages with a newline is taken to have said all when it is silent for so long. */
const QUIET_MS = 100;

/**
 * What one message is: a line; a chunk, as one recv returns it; or loosely a line, with what is not ended by a newline
 * shown all the same.
 */
type Framing = 'line' | 'chunk' | 'loose';

/** @throws StartError in one line when there is no server */
export async function connectWire(target: Target, framing: Framing): Promise<Wire> {
  const socket = connect({ ...target, allowHalfOpen: true, noDelay: true, keepAlive: true });
  try {
    await once(socket, 'connect');
  } catch (error) {
    throw connectionError(nameOf(target), error);
  }
  // Whoever reads the messages gets to know of it.
  socket.on('error', () => undefined);
  return new StreamWire(socket, nameOf(target), framing);
}

class StreamWire implements Wire {
  readonly #socket: Socket;
  readonly #where: string;
  readonly #framing: Framing;
  /** The sending of the chunks so far, and the gap after the last of them. */
  #paced = Promise.resolve();

  constructor(socket: Socket, where: string, framing: Framing) {
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
      await Promise.race([once(this.#socket, 'drain'), once(this.#socket, 'close')]).catch(() => undefined);
    }
  }

  end(): void {
    this.#paced = this.#paced.then(() => void this.#socket.end());
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** A character that is cut between two chunks comes with the second. */
  async *#texts(): AsyncIterable<string> {
    const decoder = new StringDecoder('utf8');
    for await (const chunk of this.#socket as AsyncIterable<Buffer>) {
      const text = decoder.write(chunk);
      if (text !== '') yield text;
    }
    const rest = decoder.end();
    if (rest !== '') yield rest;
  }
}
