/**
 * One row of a film: everything stands where the page has it (../picture/layout.ts), and of each thing
 * only the changes are kept. Pure. dot-film.ts has the dots.
 */
import type { State } from '../../serving/views.js';
import {
  COLUMNS,
  layoutOf,
  type Column,
  type Layout,
  type Place,
  type Rect,
} from '../picture/layout.js';
import { titlesOf } from '../picture/titles.js';
import { loopWords } from '../picture/words.js';
import type { ModelView, RowView } from '../protocol.js';
import { DotShooting, type DotFilm } from './dot-film.js';
import { TextTrack, Track } from './track.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface RowFilm {
  readonly model: Omit<ModelView, 'path' | 'source'>;
  readonly columns: Layout['columns'];
  /** As in ../picture/titles.ts, joined by newlines: the longest first. */
  readonly titles: Readonly<Record<Column, TextTrack>>;
  readonly loop: Place;
  readonly loopState: Track<'turning' | 'held' | 'dead'>;
  /** In full and short, joined by a newline. */
  readonly loopWords: TextTrack;
  readonly lanes: readonly LaneFilm[];
  readonly dots: readonly DotFilm[];
  readonly sentence: TextTrack;
  /** The longest wait of any client so far, in ms. */
  readonly longestMs: Track<number>;
}

export interface LaneFilm {
  readonly rect: Rect;
  /** Undefined: no thread is drawn there. */
  readonly state: Track<State | undefined>;
}

interface Times {
  /** Of the first frame, on the lab's clock. */
  readonly startMs: number;
  readonly lengthMs: number;
  readonly size: Size;
}

export function filmRow(
  model: RowFilm['model'],
  views: readonly { readonly row: RowView; readonly labMs: number }[],
  { startMs, lengthMs, size: { width, height } }: Times,
): RowFilm {
  const [first] = views;
  if (!first) throw new Error(`no frame has a row of ${model.name}`);
  const { columns, loop } = layoutOf(first.row, width, height);
  const titles = Object.fromEntries(COLUMNS.map((column) => [column, new TextTrack()])) as Record<
    Column,
    TextTrack
  >;
  const film = {
    ...{ model, columns, titles, loop, loopState: new Track<'turning' | 'held' | 'dead'>() },
    ...{ loopWords: new TextTrack(), sentence: new TextTrack(), longestMs: new Track<number>() },
  };
  const lanes = new Map<string, LaneFilm>();
  const dots = new DotShooting();
  let longestMs = 0;
  for (const { row, labMs } of views) {
    const atMs = labMs - startMs;
    const layout = layoutOf(row, width, height);
    const isDead = row.phase === 'dead';
    const all = titlesOf(row);
    for (const column of COLUMNS) titles[column].set(atMs, all[column].join('\n'));
    film.loopState.set(atMs, isDead ? 'dead' : row.main.sinceMs > 0 ? 'held' : 'turning');
    const words = loopWords({ main: row.main, holder: layout.holder, labMs });
    film.loopWords.set(atMs, isDead ? 'dead' : words.join('\n'));
    film.sentence.set(atMs, row.sentence);
    longestMs = Math.max(longestMs, row.numbers.longestMs);
    film.longestMs.set(atMs, longestMs);
    setLanes(lanes, row, layout, atMs);
    dots.add(row.clients, layout, { atMs, startMs });
  }
  return { ...film, lanes: [...lanes.values()], dots: dots.end(lengthMs) };
}

function setLanes(
  lanes: Map<string, LaneFilm>,
  { threads }: RowView,
  layout: Layout,
  atMs: number,
): void {
  const present = new Map(
    layout.lanes.map((rect, index) => [JSON.stringify(rect), { rect, state: threads[index]?.[1] }]),
  );
  for (const [key, { rect }] of present)
    if (!lanes.has(key)) lanes.set(key, { rect, state: new Track() });
  for (const [key, { state }] of lanes) state.set(atMs, present.get(key)?.state);
}
