/**
 * A server's snapshot as a table that is readable on a projector: states are words, each with its
 * colour. Pure: turns a snapshot and the window's size into lines of coloured texts.
 */
import type { Snapshot } from '../../admin/snapshot.js';
import type { ClientView, State } from '../../serving/views.js';
import { printable } from '../../base/printable.js';
import type { Style } from '../terminal/terminal.js';

interface Span {
  readonly text: string;
  readonly style?: Style;
}

export type Line = readonly Span[];

export interface WindowSize {
  readonly columns: number;
  readonly rows: number;
}

interface Row {
  readonly kind: 'client' | 'queue' | 'thread';
  readonly thread: string;
  readonly state: Span;
  readonly client?: { readonly connection: number; readonly peer: string };
  readonly bytesIn?: number;
  readonly bytesOut?: number;
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
const QUEUED: Span = { text: 'in the queue', style: 'red' };

const MAIN_BAR = 20;
const QUEUE_BAR = 30;
/** Utilization from which the main thread's bar is red. */
const BUSY = 0.8;
/** Length of the longest IPv4 address with its port. */
const PEER_CHARACTERS = 21;
/** Durations below this are shown in seconds, longer ones as `m:ss`. */
const MINUTE_MS = 60_000;

/**
 * Draws the table.
 * @param size the window that the lines must fit, in characters; undefined: no limit
 * @param overdueMs silence since the last snapshot, if the next one is overdue; else 0
 */
export function tableOf(snapshot: Snapshot, size: WindowSize | undefined, overdueMs = 0): Line[] {
  const head = [...summary(snapshot), overdueMs > 0 ? overdueLine(overdueMs) : []];
  const rows = rowsOf(snapshot);
  const total = (snapshot.threads?.count ?? snapshot.clients.count) + snapshot.queue.count;
  const room = size === undefined ? Infinity : Math.max(1, size.rows - head.length - 1);
  const shown =
    total <= room && rows.length === total ? rows : byImportance(rows).slice(0, room - 1);
  const peerWidth = Math.max(
    PEER_CHARACTERS,
    ...shown.map(({ client }) => client?.peer.length ?? 0),
  );
  const lines = [
    ...head,
    headings(peerWidth),
    ...shown.map((row) => cells(row, peerWidth)),
    ...(shown.length < total
      ? [[{ text: omittedText(snapshot, shown, total), style: 'gray' } as const]]
      : []),
  ];
  return lines.slice(0, size?.rows).map((line) => truncate(line, size?.columns ?? Infinity));
}

function summary(snapshot: Snapshot): Line[] {
  const { service, model, address, pid, uptimeMs, stopping, counts, clients } = snapshot;
  const facts = ['', model, address, `pid ${pid}`, `up ${duration(uptimeMs)}`].join('  ');
  const reasons = Object.entries(counts.closed).map(([reason, count]) => `${reason} ${count}`);
  const ends = reasons.length === 0 ? '' : `; ended: ${reasons.join(', ')}`;
  return [
    [
      { text: service, style: 'bold' },
      { text: facts },
      ...(stopping ? [{ text: '  stopping', style: 'red' } as const] : []),
    ],
    [],
    [label('main'), ...mainBar(snapshot)],
    ...(snapshot.threads ? [[label('threads'), ...threadCounts(snapshot, snapshot.threads)]] : []),
    [label('queue'), ...queueBar(snapshot)],
    [
      label('clients'),
      {
        text: `${clients.count} now, ${counts.served} served before, ${counts.accepted} accepted, `,
      },
      { text: `${counts.refused} refused`, ...(counts.refused > 0 && { style: 'red' as const }) },
      { text: ends },
    ],
  ];
}

function mainBar({ main: { utilization } }: Snapshot): Span[] {
  const part = Math.min(1, Math.max(0, utilization));
  const full = Math.round(part * MAIN_BAR);
  const style = part >= BUSY ? 'red' : 'green';
  return [
    { text: '█'.repeat(full), style },
    { text: '░'.repeat(MAIN_BAR - full), style: 'gray' },
    { text: ` ${Math.round(part * 100)} % busy` },
  ];
}

function threadCounts({ limits }: Snapshot, threads: NonNullable<Snapshot['threads']>): Span[] {
  const states = Object.entries(threads.states).flatMap(([state, count], index): Span[] => {
    const { text, style } = stateSpan(state);
    return [
      { text: index === 0 ? ': ' : ', ' },
      { text: `${count} ${text}`, ...(style && { style }) },
    ];
  });
  return [{ text: `${threads.count} of at most ${limits.threads ?? threads.count}` }, ...states];
}

/** Draws one block per queued client, up to {@link QUEUE_BAR}. */
function queueBar({ queue, limits }: Snapshot): Span[] {
  const [longest] = queue.first;
  if (!longest) return [{ text: 'empty', style: 'gray' }];
  const more = queue.count > QUEUE_BAR ? '…' : '';
  return [
    { text: `${'■'.repeat(Math.min(Math.max(queue.count, 1), QUEUE_BAR))}${more} `, style: 'red' },
    {
      text: `${queue.count} of at most ${limits.queue}, the first for ${duration(longest.waitedMs)}`,
    },
  ];
}

function overdueLine(lateMs: number): Line {
  const text = `no answer for ${duration(lateMs)}: main thread unresponsive: it is busy, or the process is stopped`;
  return [{ text, style: 'red' }];
}

/** Returns the threads by number, each with its client; then the queued clients. */
function rowsOf({ clients, threads, queue }: Snapshot): Row[] {
  const served = clients.first.map(clientRow);
  const others = (threads?.first ?? [])
    .filter(({ connection }) => connection === undefined)
    .map(({ thread, state }): Row => ({
      kind: 'thread',
      thread: threadName(thread),
      state: stateSpan(state),
    }));
  const waiting = queue.first.map(({ connection, peer, waitedMs }): Row => ({
    kind: 'queue',
    thread: '',
    state: QUEUED,
    client: { connection, peer: printable(peer) },
    forMs: waitedMs,
  }));
  return [...[...served, ...others].sort(byThread), ...waiting];
}

function clientRow({
  connection,
  peer,
  thread,
  state,
  bytesIn,
  bytesOut,
  servedMs,
}: ClientView): Row {
  return {
    kind: 'client',
    thread: threadName(thread),
    state: stateSpan(state),
    client: { connection, peer: printable(peer) },
    bytesIn,
    bytesOut,
    forMs: servedMs,
  };
}

/** Sorting is stable, so clients of the same thread (main) stay in order of arrival. */
function byThread(a: Row, b: Row): number {
  return (Number(a.thread) || Infinity) - (Number(b.thread) || Infinity) || 0;
}

/** Puts served clients first, then queued clients, then idle threads: the window cuts the rest. */
function byImportance(rows: readonly Row[]): Row[] {
  return (['client', 'queue', 'thread'] as const).flatMap((kind) =>
    rows.filter((row) => row.kind === kind),
  );
}

function omittedText(
  { clients, queue, threads }: Snapshot,
  shown: readonly Row[],
  total: number,
): string {
  const left = (kind: Row['kind'], count: number) =>
    count - shown.filter((row) => row.kind === kind).length;
  const parts = [
    [left('client', clients.count), 'served'],
    [left('queue', queue.count), 'in the queue'],
    [left('thread', threads ? threads.count - clients.count : 0), 'without a client'],
  ] as const;
  const kinds = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `… and ${total - shown.length} more: ${kinds.join(', ')}`;
}

function headings(peerWidth: number): Line {
  const text = columns(['thread', 'state', 'client', 'peer', 'in', 'out', 'for'], peerWidth);
  return [{ text, style: 'underline' }];
}

function cells({ thread, state, client, bytesIn, bytesOut, forMs }: Row, peerWidth: number): Line {
  const texts = [
    thread,
    state.text,
    client ? `#${client.connection}` : '',
    client?.peer ?? '',
    byteCount(bytesIn),
    byteCount(bytesOut),
    forMs === undefined ? '' : duration(forMs),
  ];
  const line = columns(texts, peerWidth);
  const stateAt = line.indexOf(state.text, THREAD_CHARACTERS);
  return [
    { text: line.slice(0, stateAt) },
    { text: state.text, ...(state.style && { style: state.style }) },
    { text: line.slice(stateAt + state.text.length).trimEnd() },
  ];
}

const THREAD_CHARACTERS = 6;

function columns(texts: readonly string[], peerWidth: number): string {
  const [
    thread = '',
    state = '',
    client = '',
    peer = '',
    bytesIn = '',
    bytesOut = '',
    forTime = '',
  ] = texts;
  return [
    thread.padStart(THREAD_CHARACTERS),
    ` ${state.padEnd(15)}`,
    client.padStart(7),
    peer.padEnd(peerWidth),
    bytesIn.padStart(7),
    bytesOut.padStart(7),
    forTime.padStart(7),
  ].join(' ');
}

function label(text: string): Span {
  return { text: text.padEnd(9), style: 'bold' };
}

function stateSpan(state: string): Span {
  return Object.hasOwn(STATES, state) ? STATES[state as State] : { text: state };
}

function threadName(thread: number | undefined): string {
  return thread === 0 ? 'main' : `${thread ?? ''}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Formats bytes with three digits: `999 B`, `1.23 kB`, `45.6 MB`. */
function byteCount(bytes: number | undefined): string {
  if (bytes === undefined) return '';
  let unit = 0;
  let size = bytes;
  for (; size >= 999.5 && unit < UNITS.length - 1; unit++) size /= 1000;
  const digits = unit === 0 || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
  return `${size.toFixed(digits)} ${UNITS[unit] ?? ''}`;
}

/** Formats milliseconds: `1.2 s`, `3:07`, `1:03:07`. */
function duration(ms: number): string {
  if (ms < MINUTE_MS) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown
    .map((part, index) => (index === 0 ? `${part}` : `${part}`.padStart(2, '0')))
    .join(':');
}

/**
 * Cuts a line to the window's width, and makes its text safe for a terminal: it comes from whatever
 * process answers at the path.
 */
function truncate(line: Line, columns: number): Line {
  let left = columns;
  return line.flatMap(({ text, ...style }) => {
    const characters = Array.from(printable(text)).slice(0, left);
    left -= characters.length;
    return characters.length === 0 ? [] : [{ text: characters.join(''), ...style }];
  });
}
