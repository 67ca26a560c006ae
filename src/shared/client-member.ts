/**
 * A member whose deliveries are gathered: everything of one turn of main's loop in one send. Main thread. What it
 * sends through is a net.Socket (../connection/stream.ts) or a lent descriptor (threads/worker-slot.ts); neither ever waits.
 */
import { NO_BYTES } from '../connection/connection.js';
import { bytesOf, type Member } from './shared.js';
import { atEndOfTurn } from './turn.js';

/** How deliveries reach a client. */
export interface Outlet {
  /** Sends without waiting, or cuts the client off if it reads too slowly. Ignored once it is gone. */
  deliver(bytes: Uint8Array): void;
  /** The handler reads what has arrived, then an end of stream. */
  disconnect(): void;
}

let lastText = '';
let lastBytes: Uint8Array = NO_BYTES;

/** What most members get in a turn is the same for all: it is encoded once. */
function encode(text: string): Uint8Array {
  if (text !== lastText) {
    lastText = text;
    lastBytes = Buffer.from(text, 'latin1');
  }
  return lastBytes;
}

export class ClientMember implements Member {
  readonly id: number;
  readonly #outlet: Outlet;
  /** One character a byte: V8 joins such strings for next to nothing, and encodes them by copying. */
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
