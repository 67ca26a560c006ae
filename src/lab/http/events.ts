/**
 * The stream of frames to open pages, as Server-Sent Events. The lab's main thread.
 *
 * A page that reads slowly misses frames: nothing is queued for it, so its memory and that of the
 * lab stay bounded. Each frame is written as JSON once, whatever the number of pages.
 */
import type { ServerResponse } from 'node:http';
import type { Frame, Setup } from '../protocol.js';

const MOST_PAGES = 8;
/** When a page that has lost its stream asks for it again, in ms. */
const RETRY_MS = 500;

export class Events {
  readonly #pages = new Set<ServerResponse>();
  readonly #setup: string;
  readonly #watch: () => () => void;
  #unwatch: (() => void) | undefined;

  /** @param watch called when the first page comes; returns what is called when the last has gone */
  constructor(setup: Setup, watch: () => () => void) {
    this.#setup = `retry: ${RETRY_MS}\nevent: setup\ndata: ${JSON.stringify(setup)}\n\n`;
    this.#watch = watch;
  }

  get isFull(): boolean {
    return this.#pages.size >= MOST_PAGES;
  }

  /** Sends the setup at once, and frames from now on. */
  add(response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.write(this.#setup);
    this.#pages.add(response);
    response.once('close', () => {
      this.#pages.delete(response);
      if (this.#pages.size > 0) return;
      this.#unwatch?.();
      this.#unwatch = undefined;
    });
    this.#unwatch ??= this.#watch();
  }

  send(frame: Frame): void {
    const text = `data: ${JSON.stringify(frame)}\n\n`;
    for (const page of this.#pages) if (page.writableLength === 0) page.write(text);
  }

  close(): void {
    for (const page of this.#pages) page.destroy();
  }
}
