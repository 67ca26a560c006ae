/**
 * Where each connection of a timeline is drawn: lanes, one for a thread, of rows in which nothing overlaps.
 *
 *     main        what main does: clients accepted; messages, where it serves them itself
 *                 a row for each of the conversations that main holds at the same time
 *     waiting     clients in main's hands that nobody serves yet, or ever
 *     thread 1    one row: a client thread serves one client at a time
 *     …
 */
import { MAIN, type Span, type ThreadLife, type Timeline } from './connections.js';

/** A stretch of a connection's time. `unknown`: whether it is served, the log does not say. */
export interface Piece {
  readonly span: Span;
  readonly kind: 'waits' | 'served' | 'unknown';
  readonly fromMs: number;
  readonly toMs: number;
}

export type Row = readonly Piece[];

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
  const isThreads = ({ thread }: Span) => typeof thread === 'number' && thread !== MAIN;
  const { rows: threadRows, waits } = rowsOfThreads(spans.filter(isThreads));
  const onMain = packed(spans.filter(({ thread }) => thread === MAIN).map(piecesOf));
  const waiting = packed(
    [...waits, ...spans.filter(({ thread }) => thread === 'none').map(piecesOf)].sort(
      ([a], [b]) => (a?.fromMs ?? 0) - (b?.fromMs ?? 0),
    ),
  );
  const unknown = packed(spans.filter(({ thread }) => thread === 'unknown').map(piecesOf));
  const lane = (name: string, rows: Row[]): Lane => ({ name, isMain: false, rows, life: undefined });
  return [
    { ...lane('main', onMain), isMain: true },
    ...(waiting.length > 0 ? [lane('waiting', waiting)] : []),
    ...threads.map((life) => ({
      ...lane(`thread ${life.thread}`, [threadRows.get(life.thread) ?? []]),
      life,
    })),
    ...(unknown.length > 0 ? [lane('thread ?', unknown)] : []),
  ];
}

/** A connection's pieces, in the order of time. */
function piecesOf(span: Span): Piece[] {
  const { acceptedMs, startedMs, endMs, thread } = span;
  if (startedMs === undefined) {
    return [{ span, kind: thread === 'unknown' ? 'unknown' : 'waits', fromMs: acceptedMs, toMs: endMs }];
  }
  const served: Piece = { span, kind: 'served', fromMs: startedMs, toMs: endMs };
  return startedMs > acceptedMs
    ? [{ span, kind: 'waits', fromMs: acceptedMs, toMs: startedMs }, served]
    : [served];
}

/** A client's wait is drawn before its service where the thread's row has room; the other waits are returned. */
function rowsOfThreads(spans: readonly Span[]): { rows: Map<number, Piece[]>; waits: Piece[][] } {
  const rows = new Map<number, Piece[]>();
  const waits: Piece[][] = [];
  const inOrder = [...spans].sort((a, b) => (a.startedMs ?? a.endMs) - (b.startedMs ?? b.endMs));
  for (const span of inOrder) {
    const row = rows.get(span.thread as number) ?? [];
    rows.set(span.thread as number, row);
    const isFreeFromMs = row.at(-1)?.toMs ?? 0;
    for (const piece of piecesOf(span)) {
      if (piece.kind === 'served' || piece.fromMs >= isFreeFromMs) row.push(piece);
      else waits.push([piece]);
    }
  }
  return { rows, waits };
}

/** Puts each group of pieces, in the order in which they begin, into the first row that has room. */
function packed(groups: readonly (readonly Piece[])[]): Piece[][] {
  const rows: Piece[][] = [];
  for (const group of groups) {
    const fromMs = group[0]?.fromMs ?? 0;
    const row = rows.find((pieces) => (pieces.at(-1)?.toMs ?? 0) <= fromMs);
    if (row) row.push(...group);
    else rows.push([...group]);
  }
  return rows;
}
