/**
 * Arranges the connections of a timeline in lanes, one per thread. A lane has rows in which nothing
 * overlaps. Pure.
 *
 *     main        one row for main's events: accepts, and messages of the clients that it serves
 *                 one row for each client that main serves at the same time
 *     waiting     clients that main has accepted and no thread serves yet
 *     refused     refused clients, until their connection is closed
 *     thread 1    one row, since a client thread serves one client at a time; more rows only if the
 *                 log's clock was set back
 *     …
 */
import { MAIN, type Span, type ThreadLife, type Timeline } from './connections.js';

/** A part of a connection's time. `unknown`: the log does not say whether the client is served. */
export interface Piece {
  readonly span: Span;
  readonly kind: 'waits' | 'refused' | 'served' | 'unknown';
  readonly fromMs: number;
  readonly toMs: number;
}

export type Row = readonly Piece[];

export interface Lane {
  readonly name: string;
  /** True for the main thread's lane, whose first row shows main's events. */
  readonly isMain: boolean;
  readonly rows: readonly Row[];
  /** When the client thread started and was lost; undefined for other lanes. */
  readonly life: ThreadLife | undefined;
}

/** Returns all lanes of a timeline, the main thread's first. */
export function lanesOf({ spans, threads }: Timeline): Lane[] {
  const isThreads = ({ thread }: Span) => typeof thread === 'number' && thread !== MAIN;
  const { rows: threadRows, waits } = rowsOfThreads(spans.filter(isThreads));
  const onMain = packRows(spans.filter(({ thread }) => thread === MAIN).map(piecesOf));
  const unserved = spans.filter(({ thread }) => thread === 'none');
  const waiting = packRows(
    [...waits, ...unserved.filter((span) => !span.isRefused).map(piecesOf)].sort(
      ([a], [b]) => (a?.fromMs ?? 0) - (b?.fromMs ?? 0),
    ),
  );
  const refused = packRows(unserved.filter((span) => span.isRefused).map(piecesOf));
  const unknown = packRows(spans.filter(({ thread }) => thread === 'unknown').map(piecesOf));
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

/** Returns a connection's pieces in order of time. */
function piecesOf(span: Span): Piece[] {
  const { acceptedMs, startedMs, endMs, thread, isRefused } = span;
  if (startedMs === undefined) {
    const kind = isRefused ? 'refused' : thread === 'unknown' ? 'unknown' : 'waits';
    return [{ span, kind, fromMs: acceptedMs, toMs: endMs }];
  }
  const served: Piece = { span, kind: 'served', fromMs: startedMs, toMs: endMs };
  return startedMs > acceptedMs
    ? [{ span, kind: 'waits', fromMs: acceptedMs, toMs: startedMs }, served]
    : [served];
}

/** Puts a client's wait before its service if the thread's row has room; returns the other waits. */
function rowsOfThreads(spans: readonly Span[]): { rows: Map<number, Piece[][]>; waits: Piece[][] } {
  const rows = new Map<number, Piece[][]>();
  const waits: Piece[][] = [];
  const inOrder = [...spans].sort((a, b) => (a.startedMs ?? a.endMs) - (b.startedMs ?? b.endMs));
  for (const span of inOrder) {
    const ownRows = rows.get(span.thread as number) ?? [[]];
    rows.set(span.thread as number, ownRows);
    for (const piece of piecesOf(span)) {
      if (piece.kind === 'served') placeInRow(piece, ownRows);
      else if (hasRoom(ownRows[0], piece.fromMs)) ownRows[0]?.push(piece);
      else waits.push([piece]);
    }
  }
  return { rows, waits };
}

function hasRoom(row: Row | undefined, fromMs: number): boolean {
  return (row?.at(-1)?.toMs ?? 0) <= fromMs;
}

/** Puts a piece into the first row that has room. */
function placeInRow(piece: Piece, rows: Piece[][]): void {
  const row = rows.find((pieces) => hasRoom(pieces, piece.fromMs));
  if (row) row.push(piece);
  else rows.push([piece]);
}

/** Puts each group of pieces into the first row that has room. The groups are in order of start. */
function packRows(groups: readonly (readonly Piece[])[]): Piece[][] {
  const rows: Piece[][] = [];
  for (const group of groups) {
    const fromMs = group[0]?.fromMs ?? 0;
    const row = rows.find((pieces) => hasRoom(pieces, fromMs));
    if (row) row.push(...group);
    else rows.push([...group]);
  }
  return rows;
}
