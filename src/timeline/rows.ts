/**
 * Where each connection of a timeline is drawn: lanes, one for a thread, of rows in which nothing overlaps.
 *
 *     main        what main does: clients accepted; messages, where it serves them itself
 *                 a row for each of the conversations that main holds at the same time
 *     waiting     clients in main's hands that nobody serves yet, or ever
 *     refused     clients that were sent away, for as long as that took
 *     thread 1    one row: a client thread serves one client at a time, unless the clock of the log was set back
 *     …
 */
import { MAIN_THREAD, type Span, type ThreadLife, type Timeline } from './connections.js';

/** A stretch of a connection's time. `unknown`: whether it is served, the log does not say. */
export interface Segment {
  readonly span: Span;
  readonly kind: 'waits' | 'refused' | 'served' | 'unknown';
  readonly fromMs: number;
  readonly toMs: number;
}

export type Row = readonly Segment[];

export interface Lane {
  readonly name: string;
  /** Whether what happens on main is shown before its rows. */
  readonly isMain: boolean;
  readonly rows: readonly Row[];
  /** Of a client thread. */
  readonly life: ThreadLife | undefined;
}

/** All lanes of a timeline, the main thread's first. */
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
  const lane = (name: string, rows: Row[]): Lane => ({ name, isMain: false, rows, life: undefined });
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

/** A connection's pieces, in the order of time. */
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

/** A client's wait is drawn before its service where the thread's row has room; the other waits are returned. */
function threadRowsAndWaits(spans: readonly Span[]): { rows: Map<number, Segment[][]>; waits: Segment[][] } {
  const rows = new Map<number, Segment[][]>();
  const waits: Segment[][] = [];
  const inOrder = [...spans].sort((a, b) => (a.startedMs ?? a.endMs) - (b.startedMs ?? b.endMs));
  for (const span of inOrder) {
    const ownRows = rows.get(span.thread as number) ?? [[]];
    rows.set(span.thread as number, ownRows);
    for (const piece of segmentsOf(span)) {
      if (piece.kind === 'served') placeInRows(piece, ownRows);
      else if (hasRoom(ownRows[0], piece.fromMs)) ownRows[0]?.push(piece);
      else waits.push([piece]);
    }
  }
  return { rows, waits };
}

function hasRoom(row: Row | undefined, fromMs: number): boolean {
  return (row?.at(-1)?.toMs ?? 0) <= fromMs;
}

/** In the first row that has room. */
function placeInRows(piece: Segment, rows: Segment[][]): void {
  const row = rows.find((pieces) => hasRoom(pieces, piece.fromMs));
  if (row) row.push(piece);
  else rows.push([piece]);
}

/** Puts each group of pieces, in the order in which they begin, into the first row that has room. */
function packIntoRows(groups: readonly (readonly Segment[])[]): Segment[][] {
  const rows: Segment[][] = [];
  for (const group of groups) {
    const fromMs = group[0]?.fromMs ?? 0;
    const row = rows.find((pieces) => hasRoom(pieces, fromMs));
    if (row) row.push(...group);
    else rows.push([...group]);
  }
  return rows;
}
