/**
 * The page's side of the events: the setup, the newest frame, and a recording of the last two
 * minutes. The browser connects again by itself when the stream breaks.
 */
import type { Frame, Numbers, Setup } from '../protocol.js';

/** How much the recording keeps, and how close its frames are, in ms. */
const RECORDED_MS = 120_000;
const RECORDED_EVERY_MS = 100;
/** Points of the lines below a row: one in half a second, half a minute. */
const POINTS = 60;
const POINT_EVERY_MS = 500;

interface Recorded {
  readonly atMs: number;
  /** JSON takes a fraction of the memory of its objects. */
  readonly text: string;
}

export interface Live {
  readonly setup: Setup | undefined;
  readonly frame: Frame | undefined;
  readonly isConnected: boolean;
}

export class Stream {
  readonly recording: Recorded[] = [];
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

  /** The recorded frame at this time, or the one before; undefined: nothing is recorded. */
  frameAt(atMs: number): Frame | undefined {
    const found = this.recording.findLast((one) => one.atMs <= atMs) ?? this.recording[0];
    return found && (JSON.parse(found.text) as Frame);
  }

  #receive(text: string): void {
    const frame = JSON.parse(text) as Frame;
    this.#record(frame.atMs, text);
    if (frame.atMs - this.#pointAtMs >= POINT_EVERY_MS) this.#note(frame);
    this.#change({ frame });
  }

  #record(atMs: number, text: string): void {
    const last = this.recording.at(-1);
    // Another lab at the same address has begun at 0.
    if (last && last.atMs > atMs) this.recording.length = 0;
    else if (last && atMs - last.atMs < RECORDED_EVERY_MS) return;
    this.recording.push({ atMs, text });
    const old = this.recording.findIndex((one) => one.atMs >= atMs - RECORDED_MS);
    if (old > 0) this.recording.splice(0, old);
  }

  #note({ atMs, rows }: Frame): void {
    this.#pointAtMs = atMs;
    for (const { model, numbers } of rows)
      this.history.set(model, [...(this.history.get(model) ?? []), numbers].slice(-POINTS));
  }

  #change(changed: Partial<Live>): void {
    this.#live = { ...this.#live, ...changed };
    this.#onChange(this.#live);
  }
}
