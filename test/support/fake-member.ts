/** A member of a shared object that keeps its deliveries. */
import { bytesOf, type Member } from '../../src/shared/shared.js';

let members = 0;

export class FakeMember implements Member {
  readonly id = ++members;
  dismissed = false;
  #bytes = '';

  deliver(text: string): void {
    this.deliverBytes(bytesOf(text));
  }

  deliverBytes(bytes: string): void {
    this.#bytes += bytes;
  }

  disconnect(): void {
    this.dismissed = true;
  }

  /** The lines delivered since the last call. */
  lines(): string[] {
    const text = Buffer.from(this.#bytes, 'latin1').toString();
    this.#bytes = '';
    return text.split('\n').slice(0, -1);
  }
}
