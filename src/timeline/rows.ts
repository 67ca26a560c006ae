/**
 * Assigns each connection of a timeline to a lane, one lane for each thread, and to a row of it.
 * The connections in a row do not overlap.
 *
 *     main        accepts, and the messages of clients that main serves itself
 *                 one row for each client that main serves at the same time
 *     waiting     clients that wait for service
 *     refused     clients that were refused, from the accept to the close
 *     thread 1    one row: a client thread serves one client at a time
 *                 (more rows if the clock of the log was set back)
 *     …
 *
 * Read placing.ts next, which gives rows their positions.
 */
import { MinHeap } from '../base/min-heap.js';
import { MAIN_THREAD, type Span, type ThreadLife, type Timeline } from './connections.js';

/**
 * A part of a connection's time, in milliseconds from the origin. `unknown`: the log does not say
 * whether the connection was served.
 */
export interface Segment {
  readonly span: Span;
  readonly kind: 'waits' | 'refused' | 'served' | 'unknown';
  readonly fromMs: number;
  readonly toMs: number;
}

/** Segments that do not overlap, in the order of time. */
export type Row = readonly Segment[];

export interface Lane {
  readonly name: string;
  /**
   * Whether it is the main thread's lane, which has a row for accepts and messages above its rows.
   */
  readonly isMain: boolean;
  readonly rows: readonly Row[];
  /** When the lane's client thread started and died; undefined in other lanes. */
  readonly life: ThreadLife | undefined;
}

/** Returns all lanes of a timeline, the main thread's first; a lane without content has no rows. */
export function lanesOf({ spans, threads }: Timeline): Lane[] {
  const isThreads = ({ thread }: Span) => typeof thread === 'number' && thread !== MAIN_THREAD;
  const { rows: threadRows, waits } = threadRowsAndWaits(spans.filter(isThreads));
  const onMain = packIntoRows(spans.filter(({ thread }) => thread === MAIN_THREAD).map(segmentsOf));
  const unserved = spans.filter(({ thread }) => thread === 'none');
  const waiting = packIntoRows(
    [...waits, ...unserved.filter((span) => !span.isRefused).map(segmentsOf)].sort(
      ([a], [b]) => (a?.fromMs ?? 0) - (b?.fromMs ?? 0),
    ),
  );
  const refused = packIntoRows(unserved.filter((span) => span.isRefused).map(segmentsOf));
  const unknown = packIntoRows(spans.filter(({ thread }) => thread === 'unknown').map(segmentsOf));
  const lane = (name: string, rows: Row[]): Lane => ({
    name,
    isMain: false,
    rows,
    life: undefined,
  });
  return [
    { ...lane('main', onMain), isMain: true },
    ...(waiting.length > 0 ? [lane('waiting', waiting)] : []),
    ...(refused.length > 0 ? [lane('refused', refused)] : []),
    ...threads.map((life) => ({
      ...lane(`thread ${life.thread}`, threadRows.get(life.thread) ?? [[]]),
      life,
    })),
    ...(unknown.length > 0 ? [lane('thread ?', unknown)] : []),
  ];
}

/** Returns a connection's segments in the order of time. */
function segmentsOf(span: Span): Segment[] {
  const { acceptedMs, startedMs, endMs, thread, isRefused } = span;
  if (startedMs === undefined) {
    const kind = isRefused ? 'refused' : thread === 'unknown' ? 'unknown' : 'waits';
    return [{ span, kind, fromMs: acceptedMs, toMs: endMs }];
  }
  const served: Segment = { span, kind: 'served', fromMs: startedMs, toMs: endMs };
  return startedMs > acceptedMs
    ? [{ span, kind: 'waits', fromMs: acceptedMs, toMs: startedMs }, served]
    : [served];
}

/**
 * Puts the clients of threads into the rows of their threads. A wait stands before its service if
 * the thread's first row has room there.
 * @returns the rows by thread number, and the waits that had no room
 */
function threadRowsAndWaits(spans: readonly Span[]): {
  rows: Map<number, Segment[][]>;
  waits: Segment[][];
} {
  const rows = new Map<number, Segment[][]>();
  const waits: Segment[][] = [];
  const inOrder = [...spans].sort((a, b) => (a.startedMs ?? a.endMs) - (b.startedMs ?? b.endMs));
  for (const span of inOrder) {
    const ownRows = rows.get(span.thread as number) ?? [[]];
    rows.set(span.thread as number, ownRows);
    for (const segment of segmentsOf(span)) {
      if (segment.kind === 'served') placeInRows(segment, ownRows);
      else if (hasRoom(ownRows[0], segment.fromMs)) ownRows[0]?.push(segment);
      else waits.push([segment]);
    }
  }
  return { rows, waits };
}

function hasRoom(row: Row | undefined, fromMs: number): boolean {
  return (row?.at(-1)?.toMs ?? 0) <= fromMs;
}

/** Appends a segment to the first row that has room, or to a new row. */
function placeInRows(segment: Segment, rows: Segment[][]): void {
  const row = rows.find((segments) => hasRoom(segments, segment.fromMs));
  if (row) row.push(segment);
  else rows.push([segment]);
}

/**
 * Puts each group of segments into the first row that has room; groups are in the order of time.
 *
 * A row that has room for one group has room for all later ones, until it takes one. So the rows
 * need no search: a log may have a hundred thousand connections at once.
 */
function packIntoRows(groups: readonly (readonly Segment[])[]): Segment[][] {
  const rows: Segment[][] = [];
  const free = new MinHeap<number>((index) => index);
  const taken = new MinHeap<{ index: number; toMs: number }>(({ toMs }) => toMs);
  for (const group of groups) {
    const fromMs = group[0]?.fromMs ?? 0;
    while ((taken.first?.toMs ?? Infinity) <= fromMs) free.push(taken.pop()?.index ?? 0);
    const index = free.pop() ?? rows.length;
    const row = (rows[index] ??= []);
    for (const segment of group) row.push(segment);
    taken.push({ index, toMs: group.at(-1)?.toMs ?? fromMs });
  }
  return rows;
}
