/**
 * A film: what a recording of the lab shows, from its frames. Pure. Each row is made in row-film.ts;
 * svg.ts draws a film.
 */
import type { Frame, ModelView } from '../protocol.js';
import { filmRow, type RowFilm, type Size } from './row-film.js';

export interface Film {
  readonly lengthMs: number;
  /** The moment of a still picture: the middle of the first time in which a client holds a loop. */
  readonly stillMs: number;
  readonly size: Size;
  readonly rows: readonly RowFilm[];
}

export const CLOCK_STEP_MS = 100;
/** A film ends with a whole second of its clock. */
const SECOND_MS = 1000;

/**
 * @param size of the picture of a row
 * @throws Error if there is no frame
 */
export function filmOf(
  frames: readonly Frame[],
  models: readonly Omit<ModelView, 'path' | 'source'>[],
  size: Size,
): Film {
  const [first] = frames;
  const last = frames.at(-1);
  if (!first || !last) throw new Error('no frame, so no recording');
  const lengthMs = Math.ceil((last.atMs - first.atMs + 1) / SECOND_MS) * SECOND_MS;
  const rows = models.map((model) => {
    const views = frames.flatMap(({ rows: all, atMs }) =>
      all.filter((row) => row.model === model.name).map((row) => ({ row, labMs: atMs })),
    );
    return filmRow(model, views, { startMs: first.atMs, lengthMs, size });
  });
  return { lengthMs, stillMs: stillMsOf(frames, first.atMs) ?? lengthMs / 2, size, rows };
}

function stillMsOf(frames: readonly Frame[], startMs: number): number | undefined {
  const isHeld = ({ rows }: Frame) => rows.some(({ main }) => main.by.length > 0);
  const begins = frames.find(isHeld);
  if (!begins) return undefined;
  const ends = frames.find((frame) => frame.atMs > begins.atMs && !isHeld(frame)) ?? begins;
  const middleMs = (begins.atMs + ends.atMs) / 2 - startMs;
  // Between two steps of the clock, so that rounding does not decide which is shown.
  return (Math.floor(middleMs / CLOCK_STEP_MS) + 0.5) * CLOCK_STEP_MS;
}
