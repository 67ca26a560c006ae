/**
 * The rows of the watcher's table, and their columns: as many as the window has room for. Pure. Read
 * table.ts next.
 */
import type { Snapshot } from '../../admin/snapshot.js';
import { printable } from '../../base/printable.js';
import { TIME_WORDS } from '../../serving/time-words.js';
import type { ClientView, State, TimesSoFar, WaitingView } from '../../serving/views.js';
import { byteCount, duration, shortDuration, type Line, type Span } from './text.js';

export interface Row extends TimesSoFar, Partial<Omit<WaitingView, 'waitedMs'>> {
  readonly kind: 'client' | 'queue' | 'thread';
  readonly thread: string;
  readonly state: Span;
  readonly bytesIn?: number;
  readonly bytesOut?: number;
  readonly queuedMs?: number;
  readonly forMs?: number;
}

const STATES: Readonly<Record<State, Span>> = {
  starting: { text: 'starting', style: 'yellow' },
  free: { text: 'free', style: 'gray' },
  recv: { text: 'waiting in recv', style: 'cyan' },
  send: { text: 'blocked in send', style: 'magenta' },
  call: { text: 'calling main', style: 'yellow' },
  await: { text: 'awaiting', style: 'blue' },
  running: { text: 'running', style: 'green' },
  serving: { text: 'serving', style: 'green' },
};
const QUEUED: Span = { text: TIME_WORDS.queue, style: 'red' };

export function stateSpan(state: string): Span {
  return Object.hasOwn(STATES, state) ? STATES[state as State] : { text: state };
}

/** Returns the threads by number, each with its client; then the queued clients. */
export function rowsOf({ clients, threads, queue }: Snapshot): Row[] {
  const served = clients.first.map(clientRow);
  const others = (threads?.first ?? [])
    .filter(({ connection }) => connection === undefined)
    .map(({ thread, state }): Row => ({
      kind: 'thread',
      thread: threadName(thread),
      state: stateSpan(state),
    }));
  const waiting = queue.first.map(({ waitedMs, ...client }): Row => ({
    ...client,
    kind: 'queue',
    thread: '',
    state: QUEUED,
    queuedMs: waitedMs,
    forMs: waitedMs,
  }));
  return [...[...served, ...others].sort(byThread), ...waiting];
}

function clientRow({ thread, state, servedMs, ...client }: ClientView): Row {
  return {
    ...client,
    kind: 'client',
    thread: threadName(thread),
    state: stateSpan(state),
    forMs: servedMs,
  };
}

/** Sorting is stable, so clients of the same thread (main) stay in order of arrival. */
function byThread(a: Row, b: Row): number {
  return (Number(a.thread) || Infinity) - (Number(b.thread) || Infinity) || 0;
}

function threadName(thread: number | undefined): string {
  return thread === 0 ? 'main' : `${thread ?? ''}`;
}

interface Column {
  readonly heading: string;
  readonly width: number;
  readonly isLeft?: true;
  /** The lowest remain in a narrow window. */
  readonly rank: number;
  readonly cell: (row: Row) => string | undefined;
}

const CELL = 7;
/** The longest address on this machine with its port; others widen the column. */
const PEER_CHARACTERS = 15;

function columnsOf(peerWidth: number): Column[] {
  const time = (heading: string, rank: number, msOf: (row: Row) => number | undefined): Column => ({
    heading,
    width: Math.max(CELL, heading.length),
    rank,
    cell: (row) => inText(msOf(row), shortDuration),
  });
  return [
    { heading: 'thread', width: 6, rank: 0, cell: ({ thread }) => thread },
    { heading: 'state', width: 16, isLeft: true, rank: 0, cell: ({ state }) => ` ${state.text}` },
    {
      ...{ heading: 'client', width: CELL, rank: 0 },
      cell: ({ connection }) => inText(connection, (id) => `#${id}`),
    },
    {
      ...{ heading: 'peer', width: peerWidth, isLeft: true, rank: 2 },
      cell: ({ peer }) => peer && printable(peer),
    },
    { ...column('in', 1), cell: ({ bytesIn }) => inText(bytesIn, byteCount) },
    { ...column('out', 1), cell: ({ bytesOut }) => inText(bytesOut, byteCount) },
    { ...column('for', 0), cell: ({ forMs }) => inText(forMs, duration) },
    time('computed', 3, ({ computedMs }) => computedMs),
    time('loop wait', 4, ({ loopWaitMs }) => loopWaitMs),
    time('core wait', 5, ({ coreWaitMs }) => coreWaitMs),
    time('queued', 6, ({ queuedMs }) => queuedMs),
    time('backlog', 7, ({ backlogMs }) => backlogMs),
  ];
}

function column(heading: string, rank: number): Pick<Column, 'heading' | 'width' | 'rank'> {
  return { heading, width: CELL, rank };
}

function inText(value: number | undefined, format: (value: number) => string): string | undefined {
  return value === undefined ? undefined : format(value);
}

/**
 * Draws the headings and the rows.
 * @param columns the window's width in characters
 */
export function drawRows(rows: readonly Row[], columns: number): Line[] {
  const peerWidth = Math.max(
    PEER_CHARACTERS,
    ...rows.map(({ peer = '' }) => printable(peer).length),
  );
  // A column without a value in any row is left out, too.
  const used = columnsOf(peerWidth).filter(
    ({ rank, cell }) => rank < 3 || rows.some((row) => cell(row) !== undefined),
  );
  const shown = fitting(used, columns);
  const heading = shown.map((it) => padded(it, it.isLeft && it.rank === 0 ? ' state' : it.heading));
  return [
    [{ text: heading.join(' ').trimEnd(), style: 'underline' }],
    ...rows.map((row) => cells(row, shown)),
  ];
}

/** Columns enter by their ranks until one does not fit. */
function fitting(all: readonly Column[], columns: number): Column[] {
  const widthOf = (some: readonly Column[]) => some.reduce((sum, { width }) => sum + width + 1, -1);
  const upTo = (rank: number) => all.filter((it) => it.rank <= rank);
  let most = 0;
  const ranks = [...new Set(all.map(({ rank }) => rank))].sort((a, b) => a - b);
  for (const rank of ranks) {
    if (rank > 0 && widthOf(upTo(rank)) > columns) break;
    most = rank;
  }
  return upTo(most);
}

function cells(row: Row, columns: readonly Column[]): Line {
  const text = columns.map((it) => padded(it, it.cell(row) ?? '')).join(' ');
  const [first] = columns;
  const stateAt = (first?.width ?? 0) + 2;
  const { state } = row;
  return [
    { text: text.slice(0, stateAt) },
    { text: state.text, ...(state.style && { style: state.style }) },
    { text: text.slice(stateAt + state.text.length).trimEnd() },
  ];
}

function padded({ width, isLeft }: Column, text: string): string {
  return isLeft ? text.padEnd(width) : text.padStart(width);
}
