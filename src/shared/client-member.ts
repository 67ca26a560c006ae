/**
 * A member that collects its deliveries: those of one turn of main's loop go out as one send. Runs
 * on the main thread. Its outlet is a net.Socket (connection/stream.ts) or a lent descriptor
 * (threads/leased-socket.ts); neither blocks.
 */
import { SMALL_BYTES } from '../connection/byte-queue.js';
import { NO_BYTES } from '../connection/connection.js';
import { bytesOf, type Member } from './shared.js';
import { atEndOfTurn } from './turn.js';

/** Delivers bytes to one client. */
export interface Outlet {
  /**
   * Sends without waiting. Disconnects a client that reads too slowly; does nothing once it has
   * gone.
   */
  deliver(bytes: Uint8Array): void;
  /** Ends the input: the handler reads what has arrived, then an end of stream. */
  disconnect(): void;
}

let lastText = '';
let lastBytes: Uint8Array = NO_BYTES;

/** Encodes a text. Most members get the same text in a turn, so the last one is kept. */
function encode(text: string): Uint8Array {
  if (text !== lastText) {
    lastText = text;
    // Not from a slab, which a queue that keeps the bytes would keep, too.
    lastBytes =
      text.length < SMALL_BYTES
        ? Buffer.from(text, 'latin1')
        : bytesAt(Buffer.allocUnsafeSlow(text.length), text);
  }
  return lastBytes;
}

function bytesAt(memory: Buffer, text: string): Buffer {
  memory.write(text, 'latin1');
  return memory;
}

export class ClientMember implements Member {
  readonly id: number;
  readonly #outlet: Outlet;
  /** One character a byte: V8 joins such strings at almost no cost, and encodes them by copying. */
  #pending = '';
  readonly #flush = (): void => {
    const bytes = encode(this.#pending);
    this.#pending = '';
    this.#outlet.deliver(bytes);
  };

  constructor(id: number, outlet: Outlet) {
    this.id = id;
    this.#outlet = outlet;
  }

  deliver(text: string): void {
    this.deliverBytes(bytesOf(text));
  }

  deliverBytes(bytes: string): void {
    if (this.#pending === '') atEndOfTurn(this.#flush);
    this.#pending += bytes;
  }

  disconnect(): void {
    atEndOfTurn(() => this.#outlet.disconnect());
  }
}
