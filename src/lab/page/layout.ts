/**
 * Where everything of a row stands in its picture, in CSS pixels. Pure.
 *
 *     clients │ accept queue │ main's loop │ admission queue │ threads │ done
 */
import { STAGES, type ClientView, type RowView, type Stage } from '../protocol.js';

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** The columns from left to right, and the share of the width that each has. */
export const COLUMNS = ['clients', 'backlog', 'main', 'queue', 'threads', 'done'] as const;
export type Column = (typeof COLUMNS)[number];
export const SHARES: Readonly<Record<Column, number>> = {
  clients: 0.13,
  backlog: 0.14,
  main: 0.21,
  queue: 0.14,
  threads: 0.29,
  done: 0.09,
};

const COLUMN_OF: Readonly<Record<Stage, Column>> = {
  away: 'clients',
  backlog: 'backlog',
  main: 'main',
  queue: 'queue',
  thread: 'threads',
  done: 'done',
  refused: 'done',
  lost: 'done',
};

const MOST_RADIUS = 11;
const LEAST_RADIUS = 2;
const MOST_LOOP_RADIUS = 48;
/** Between the centres of two dots, in radii. */
const SPACING = 2.5;
const MARGIN = 6;
/** At the foot of main's column, for what the loop does. */
const WORDS_HEIGHT = 20;

export interface Layout {
  readonly columns: Readonly<Record<Column, Rect>>;
  /** The circle of main's loop. */
  readonly loop: Place;
  /** In the order of the row's threads. */
  readonly lanes: readonly Rect[];
  readonly dots: ReadonlyMap<number, Place>;
}

export function layoutOf(row: RowView, width: number, height: number): Layout {
  const columns = columnsOf(width, height);
  const lanes = lanesOf(columns.threads, row.threads.length);
  const loop = loopIn(columns.main);
  const dots = new Map<number, Place>();
  const [holder] = row.main.sinceMs > 0 && row.main.by.length === 1 ? row.main.by : [];
  for (const column of COLUMNS) {
    const there = row.clients.filter(
      ([id, , stage]) => id !== holder && COLUMN_OF[STAGES[stage] ?? 'done'] === column,
    );
    if (column === 'threads') placeInLanes(there, row, lanes, columns.threads, dots);
    else fill(there, column === 'main' ? besideLoop(columns.main, loop) : columns[column], dots);
  }
  if (holder !== undefined)
    dots.set(holder, { ...loop, radius: Math.min(MOST_RADIUS, loop.radius / 2) });
  return { columns, loop, lanes, dots };
}

function columnsOf(width: number, height: number): Readonly<Record<Column, Rect>> {
  let x = 0;
  const rect = (column: Column): Rect => {
    const own = { x, y: 0, width: SHARES[column] * width, height };
    x += own.width;
    return own;
  };
  return {
    clients: rect('clients'),
    backlog: rect('backlog'),
    main: rect('main'),
    queue: rect('queue'),
    threads: rect('threads'),
    done: rect('done'),
  };
}

function loopIn({ x, width, height }: Rect): Place {
  const radius = Math.max(8, Math.min(width * 0.2, height * 0.3, MOST_LOOP_RADIUS));
  return { x: x + MARGIN + radius + 2, y: height * 0.42, radius };
}

function besideLoop(main: Rect, loop: Place): Rect {
  const x = loop.x + loop.radius + MARGIN;
  const height = main.height - WORDS_HEIGHT;
  return { x, y: main.y, width: main.x + main.width - x, height };
}

/** Fills a rectangle from its left upper corner; dots shrink until all of them fit. */
function fill(clients: readonly ClientView[], rect: Rect, dots: Map<number, Place>): void {
  const width = Math.max(1, rect.width - 2 * MARGIN);
  const height = Math.max(1, rect.height - 2 * MARGIN);
  let radius = MOST_RADIUS;
  const rowsAt = () => Math.max(1, Math.floor(height / (SPACING * radius)));
  const columnsAt = () => Math.max(1, Math.floor(width / (SPACING * radius)));
  while (radius > LEAST_RADIUS && rowsAt() * columnsAt() < clients.length) radius -= 0.5;
  const step = SPACING * radius;
  const rows = rowsAt();
  clients.forEach(([id], index) => {
    dots.set(id, {
      x: rect.x + MARGIN + radius + Math.floor(index / rows) * step,
      y: rect.y + MARGIN + radius + (index % rows) * step,
      radius,
    });
  });
}

/** A lane for each thread, in as few columns as a readable height allows. */
function lanesOf(threads: Rect, count: number): Rect[] {
  if (count === 0) return [];
  const width = threads.width - 2 * MARGIN;
  const height = threads.height - 2 * MARGIN;
  const mostRows = Math.max(1, Math.floor(height / 26));
  let columns = Math.ceil(count / mostRows);
  // Many threads: lanes become cells.
  while (width / columns < 14 && Math.ceil(count / (columns - 1)) * 8 <= height) columns--;
  const rows = Math.ceil(count / columns);
  const lane = { width: width / columns, height: Math.min(34, height / rows) };
  return Array.from({ length: count }, (_, index) => ({
    x: threads.x + MARGIN + Math.floor(index / rows) * lane.width,
    y: threads.y + MARGIN + (index % rows) * lane.height,
    width: lane.width - 3,
    height: lane.height - 3,
  }));
}

/** A thread that serves several clients has them side by side. */
function placeInLanes(
  clients: readonly ClientView[],
  { threads }: RowView,
  lanes: readonly Rect[],
  column: Rect,
  dots: Map<number, Place>,
): void {
  const counts = new Map<number, number>();
  for (const [id, , , thread] of clients) {
    const lane = lanes[threads.findIndex(([number]) => number === thread)] ?? column;
    const before = counts.get(thread) ?? 0;
    counts.set(thread, before + 1);
    const radius = Math.max(LEAST_RADIUS, Math.min(MOST_RADIUS, lane.height / 2 - 2));
    const x = lane.x + radius + 3 + before * radius * 2.1;
    dots.set(id, {
      x: Math.min(x, lane.x + lane.width - radius),
      y: lane.y + lane.height / 2,
      radius,
    });
  }
}
