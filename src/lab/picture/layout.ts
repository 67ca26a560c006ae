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
const SHARES: Readonly<Record<Column, number>> = {
  clients: 0.1,
  backlog: 0.13,
  main: 0.2,
  queue: 0.14,
  threads: 0.35,
  done: 0.08,
};
/** On a phone, main's loop needs more of the width. */
const NARROW_SHARES: Readonly<Record<Column, number>> = {
  clients: 0.12,
  backlog: 0.12,
  main: 0.27,
  queue: 0.15,
  threads: 0.24,
  done: 0.1,
};
const NARROW_PX = 600;

export const COLUMN_OF: Readonly<Record<Stage, Column>> = {
  away: 'clients',
  backlog: 'backlog',
  main: 'main',
  queue: 'queue',
  thread: 'threads',
  done: 'done',
  refused: 'done',
  lost: 'done',
};

export const MOST_RADIUS = 11;
const LEAST_RADIUS = 2;
const MOST_LOOP_RADIUS = 48;
/** Between the centres of two dots, in radii. */
const SPACING = 2.5;
const MARGIN = 6;
/** The right part of a lane, for the thread's state; a narrow lane, a cell, has none. */
const MOST_STATE_WIDTH = 112;
const STATE_PART = 0.62;
const LEAST_WIDTH_WITH_STATE = 50;
const LANE_MARGIN = 2;
/** A lane for one client, and the tallest one. */
const LANE_HEIGHT = 34;
const MOST_LANE_HEIGHT = 90;
/** At the head of each column, for its title; at the foot of main's, for what the loop does. */
const TITLE_HEIGHT = 22;
const WORDS_HEIGHT = 20;

export interface Layout {
  readonly columns: Readonly<Record<Column, Rect>>;
  /** The circle of main's loop. */
  readonly loop: Place;
  /** The client in its middle, if there is one. */
  readonly holder: number | undefined;
  /** In the order of the row's threads. */
  readonly lanes: readonly Rect[];
  readonly dots: ReadonlyMap<number, Place>;
}

export function layoutOf(row: RowView, width: number, height: number): Layout {
  const columns = columnsOf(width, height);
  const lanes = lanesOf(columns.threads, row);
  const loop = loopIn(columns.main);
  const dots = new Map<number, Place>();
  const holder = holderOf(row);
  for (const column of COLUMNS) {
    const there = row.clients.filter(
      ([id, , stage]) => id !== holder && COLUMN_OF[STAGES[stage] ?? 'done'] === column,
    );
    if (column === 'threads') placeInLanes(there, row, lanes, columns.threads, dots);
    else fill(there, column === 'main' ? besideLoop(columns.main, loop) : columns[column], dots);
  }
  if (holder !== undefined)
    dots.set(holder, { ...loop, radius: Math.min(MOST_RADIUS, loop.radius / 2) });
  return { columns, loop, holder, lanes, dots };
}

/**
 * The client in the middle of main's loop: the one that holds it, or the only one that a main
 * without threads serves, as an iterative server's is.
 */
function holderOf({ main, clients, threads }: RowView): number | undefined {
  if (main.sinceMs > 0) return main.by.length === 1 ? main.by[0] : undefined;
  if (threads.length > 0) return undefined;
  const served = clients.filter(([, , stage]) => STAGES[stage] === 'main');
  return served.length === 1 ? served[0]?.[0] : undefined;
}

function columnsOf(width: number, height: number): Readonly<Record<Column, Rect>> {
  const shares = width < NARROW_PX ? NARROW_SHARES : SHARES;
  let x = 0;
  const rect = (column: Column): Rect => {
    const own = {
      ...{ x, y: TITLE_HEIGHT, width: shares[column] * width },
      height: Math.max(1, height - TITLE_HEIGHT),
    };
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

function loopIn({ x, y, width, height }: Rect): Place {
  const radius = Math.max(8, Math.min(width * 0.2, height * 0.3, MOST_LOOP_RADIUS));
  return { x: x + MARGIN + radius + 2, y: y + height * 0.42, radius };
}

function besideLoop(main: Rect, loop: Place): Rect {
  const x = loop.x + loop.radius + MARGIN;
  const height = main.height - WORDS_HEIGHT;
  return { x, y: main.y, width: main.x + main.width - x, height };
}

/** Fills a rectangle from its left upper corner; dots shrink until all of them fit. */
function fill(
  clients: readonly ClientView[],
  rect: Rect,
  dots: Map<number, Place>,
  margin = MARGIN,
): void {
  const width = Math.max(1, rect.width - 2 * margin);
  const height = Math.max(1, rect.height - 2 * margin);
  let radius = MOST_RADIUS;
  const rowsAt = () => Math.max(1, Math.floor(height / (SPACING * radius)));
  const columnsAt = () => Math.max(1, Math.floor(width / (SPACING * radius)));
  while (radius > LEAST_RADIUS && (rowsAt() * columnsAt() < clients.length || 2 * radius > height))
    radius -= 0.5;
  const step = SPACING * radius;
  const rows = rowsAt();
  // A single row stands in the middle.
  const top = rows === 1 ? height / 2 : radius;
  clients.forEach(([id], index) => {
    dots.set(id, {
      x: rect.x + margin + radius + Math.floor(index / rows) * step,
      y: rect.y + margin + top + (index % rows) * step,
      radius,
    });
  });
}

/** A lane for each thread, in as few columns as a readable height allows. */
function lanesOf(column: Rect, { threads }: RowView): Rect[] {
  const count = threads.length;
  if (count === 0) return [];
  const width = column.width - 2 * MARGIN;
  const height = column.height - 2 * MARGIN;
  const mostRows = Math.max(1, Math.floor(height / 26));
  let columns = Math.ceil(count / mostRows);
  // Many threads: lanes become cells.
  while (width / columns < 14 && Math.ceil(count / (columns - 1)) * 8 <= height) columns--;
  const rows = Math.ceil(count / columns);
  // Few lanes are tall, for the many clients that one thread may serve.
  const tallest = columns === 1 && rows < 4 ? MOST_LANE_HEIGHT : LANE_HEIGHT;
  const lane = { width: width / columns, height: Math.min(tallest, height / rows) };
  return Array.from({ length: count }, (_, index) => ({
    x: column.x + MARGIN + Math.floor(index / rows) * lane.width,
    y: column.y + MARGIN + (index % rows) * lane.height,
    width: lane.width - 3,
    height: lane.height - 3,
  }));
}

/** How much of a lane is for the word of the thread's state. */
export function stateWidthOf({ width }: Rect): number {
  return width < LEAST_WIDTH_WITH_STATE ? 0 : Math.min(MOST_STATE_WIDTH, width * STATE_PART);
}

/** Clients in the lane of their thread, left of the words for its state. */
function placeInLanes(
  clients: readonly ClientView[],
  { threads }: RowView,
  lanes: readonly Rect[],
  column: Rect,
  dots: Map<number, Place>,
): void {
  threads.forEach(([number], index) => {
    const lane = lanes[index] ?? column;
    const there = clients.filter(([, , , thread]) => thread === number);
    fill(there, { ...lane, width: lane.width - stateWidthOf(lane) }, dots, LANE_MARGIN);
  });
  const elsewhere = clients.filter(([id]) => !dots.has(id));
  fill(elsewhere, column, dots);
}
