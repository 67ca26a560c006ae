/**
 * What was last said in a room, for the clients that join it later. Runs on the main thread.
 *
 * Bounded in lines and in bytes: a room exists as long as a client stays, and a client may say long
 * lines without end.
 */
import { timeOfDay } from '../../base/clock.js';

/** Sixteen of the longest lines that a client can send. */
const MAX_BYTES = 65_536;

interface Entry {
  readonly line: string;
  readonly bytes: number;
  readonly saidAt: Date;
}

export class History {
  readonly #maxLines: number;
  readonly #entries: Entry[] = [];
  #bytes = 0;

  /** @param maxLines 0: keeps nothing */
  constructor(maxLines: number) {
    this.#maxLines = maxLines;
  }

  add(line: string): void {
    if (this.#maxLines === 0) return;
    const bytes = Buffer.byteLength(line);
    this.#entries.push({ line, bytes, saidAt: new Date() });
    this.#bytes += bytes;
    while (this.#entries.length > this.#maxLines || this.#bytes > MAX_BYTES) {
      this.#bytes -= this.#entries.shift()?.bytes ?? 0;
    }
  }

  /** The lines with their local times, oldest first. */
  lines(): string[] {
    return this.#entries.map(({ line, saidAt }) => `[${timeOfDay(saidAt)}] ${line}`);
  }
}
