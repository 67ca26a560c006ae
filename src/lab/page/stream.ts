/**
 * The page's side of the events: the setup, the newest frame, and a recording of the last two
 * minutes. The browser connects again by itself when the stream breaks.
 */
import type { Frame, Numbers, Setup } from '../protocol.js';
import { Recording } from './recording.js';

/** Points of the lines below a row: one in half a second, half a minute. */
const POINTS = 60;
const POINT_EVERY_MS = 500;

export interface Live {
  readonly setup: Setup | undefined;
  readonly frame: Frame | undefined;
  readonly isConnected: boolean;
}

export class Stream {
  readonly recording = new Recording();
  /** The numbers of each model, the newest last. */
  readonly history = new Map<string, Numbers[]>();
  #live: Live = { setup: undefined, frame: undefined, isConnected: false };
  #pointAtMs = 0;
  readonly #onChange: (live: Live) => void;

  constructor(url: string, onChange: (live: Live) => void) {
    this.#onChange = onChange;
    const source = new EventSource(url);
    source.addEventListener('setup', ({ data }: MessageEvent<string>) =>
      this.#change({ setup: JSON.parse(data) as Setup, isConnected: true }),
    );
    source.addEventListener('message', ({ data }: MessageEvent<string>) => this.#receive(data));
    source.addEventListener('error', () => this.#change({ isConnected: false }));
  }

  #receive(text: string): void {
    const frame = JSON.parse(text) as Frame;
    this.recording.add(frame.atMs, text);
    if (frame.atMs - this.#pointAtMs >= POINT_EVERY_MS) this.#note(frame);
    this.#change({ frame });
  }

  #note({ atMs, rows }: Frame): void {
    this.#pointAtMs = atMs;
    for (const { model, phase, numbers } of rows) {
      // A server that starts has no past.
      const past = phase === 'starting' ? [] : (this.history.get(model) ?? []);
      this.history.set(model, [...past, numbers].slice(-POINTS));
    }
  }

  #change(changed: Partial<Live>): void {
    this.#live = { ...this.#live, ...changed };
    this.#onChange(this.#live);
  }
}
