/**
 * Assigns each connection of a timeline to a lane, one lane for each thread, and to a row of it.
 * The connections in a row do not overlap.
 *
 *     main        accepts, and the messages of clients that main serves itself
 *                 one row for each client that main serves at the same time
 *     waiting     clients that wait for service
 *     refused     clients that were refused, from the accept to the close
 *     thread 1    one row: a client thread serves one client at a time
 *                 (more rows if the clock of the log was set back), or of a worker
 *                 one row for each client that it serves at the same time
 *     …
 *
 * Read placing.ts next, which gives rows their positions.
 */
import { MinHeap } from '../base/min-heap.js';
import { MAIN_THREAD, WORKERS, type Span, type ThreadLife, type Timeline } from './connections.js';

/**
 * A part of a connection's time, in milliseconds from the origin. `ready` is the wait for a thread
 * here; parts.ts says what happens while a client is served. `unknown`: the log does not say whether
 * the connection was served.
 */
export interface Segment {
  readonly span: Span;
  readonly kind: Wait | 'refused' | 'served' | 'unknown';
  readonly fromMs: number;
  readonly toMs: number;
}

type Wait = 'backlog' | 'queue' | 'ready';

export function isWait({ kind }: Segment): boolean {
  return kind === 'backlog' || kind === 'queue' || kind === 'ready';
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
export function lanesOf({ model, spans, threads }: Timeline): Lane[] {
  const isThreads = ({ thread }: Span) => typeof thread === 'number' && thread !== MAIN_THREAD;
  const onThreads = spans.filter(isThreads);
  const { rows: threadRows, waits } =
    model === WORKERS ? workerRows(onThreads) : threadRowsAndWaits(onThreads);
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
  const { arrivedMs, acceptedMs, takenMs, startedMs, endMs, thread, isRefused } = span;
  const ended = (kind: Segment['kind']): Segment => ({
    span,
    kind,
    fromMs: acceptedMs,
    toMs: endMs,
  });
  const waits = (kind: Wait, fromMs: number, toMs: number): Segment[] =>
    toMs > fromMs ? [{ span, kind, fromMs, toMs }] : [];
  const backlog = waits('backlog', arrivedMs, acceptedMs);
  if (isRefused && startedMs === undefined) return [...backlog, ended('refused')];
  if (thread === 'unknown' && startedMs === undefined) return [...backlog, ended('unknown')];
  const before = [
    ...backlog,
    ...waits('queue', acceptedMs, takenMs),
    ...waits('ready', takenMs, startedMs ?? endMs),
  ];
  if (startedMs !== undefined)
    return [...before, { span, kind: 'served', fromMs: startedMs, toMs: endMs }];
  return before.length > 0 ? before : [ended('queue')];
}

/** Puts the clients of each worker into rows of its own, as those of main. */
function workerRows(spans: readonly Span[]): ReturnType<typeof threadRowsAndWaits> {
  const groups = new Map<number, Segment[][]>();
  for (const span of spans) {
    const own = groups.get(span.thread as number);
    if (own) own.push(segmentsOf(span));
    else groups.set(span.thread as number, [segmentsOf(span)]);
  }
  const rows = new Map([...groups].map(([thread, own]) => [thread, packIntoRows(own)]));
  return { rows, waits: [] };
}

/**
 * Puts the clients of threads into the rows of their threads. Waits stand before their service if
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
    const early: Segment[] = [];
    for (const segment of segmentsOf(span)) {
      if (segment.kind === 'served') placeInRows(segment, ownRows);
      else if (hasRoom(ownRows[0], segment.fromMs)) ownRows[0]?.push(segment);
      else early.push(segment);
    }
    if (early.length > 0) waits.push(early);
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
