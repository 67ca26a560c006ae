/**
 * Prints a transcript: a line for each thing that a client did or saw, and a mark below the first
 * wrong byte. Pure. Read ../transcript.ts first.
 */
import { printable } from '../../base/printable.js';
import type { Mark, TranscriptEvent } from '../transcript.js';

/** Longest text of an event; of a longer one, the part around the mark is shown. */
const WIDTH = 64;
/** A marked byte has so many characters in front of it. */
const BEFORE_MARK = 24;
/** Of a long transcript, so many lines are shown at its beginning and at its end. */
const FIRST_LINES = 6;
const LAST_LINES = 14;

const WORDS: Readonly<Record<TranscriptEvent['kind'], string>> = {
  connected: 'connects',
  sent: '→',
  received: '←',
  'half-closed': 'closes its sending side',
  closed: 'closes the connection',
  reset: 'resets the connection',
  ended: '← (the server closes the connection)',
  'was reset': '← (the server resets the connection)',
  paused: 'pauses',
  waited: '← (nothing)',
  'server stopped': 'the server is killed',
  'server started': 'the server is started again',
};

interface Row extends TranscriptEvent {
  /** Bytes that this client had received before this event. */
  readonly offset: number;
  readonly packets: number;
}

/** @returns lines without their ends */
export function transcriptLines(
  events: readonly TranscriptEvent[],
  mark?: Mark,
): { readonly text: string; readonly isMark: boolean }[] {
  const rows = rowsOf(events);
  const marked = mark === undefined ? undefined : markedRow(rows, mark);
  const lines = rows.flatMap((row) => {
    const line = { text: `${heading(row)}${shown(row).text}${packets(row)}`, isMark: false };
    if (mark === undefined || row !== marked) return [line];
    const at = mark.offset - row.offset;
    const cut = shown(row, at);
    const column = row.bytes.length === 0 ? prefix(row).length : heading(row).length + cut.column;
    const caret = ' '.repeat(column);
    return [
      { text: `${heading(row)}${cut.text}${packets(row)}`, isMark: false },
      { text: `${caret}▲ byte ${mark.offset + 1}`, isMark: true },
    ];
  });
  const left = lines.length - FIRST_LINES - LAST_LINES;
  if (left <= 1) return lines;
  const gap = { text: `${' '.repeat(10)}… ${left} lines …`, isMark: false };
  return [...lines.slice(0, FIRST_LINES), gap, ...lines.slice(-LAST_LINES)];
}

/** Packets that follow each other in one direction are one row. */
function rowsOf(events: readonly TranscriptEvent[]): Row[] {
  const groups: TranscriptEvent[][] = [];
  for (const event of events) {
    const group = groups.at(-1);
    const [first] = group ?? [];
    const continues =
      event.bytes.length > 0 && first?.client === event.client && first.kind === event.kind;
    if (continues) group?.push(event);
    else groups.push([event]);
  }
  const received = new Map<string, number>();
  return groups.flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const bytes = Buffer.concat(group.map((event) => event.bytes));
    const offset = received.get(first.client) ?? 0;
    if (first.kind === 'received') received.set(first.client, offset + bytes.length);
    return [{ ...first, bytes, offset, packets: group.length }];
  });
}

/** The row with the wrong byte; or, if it is missing, the last row that shows what came. */
function markedRow(rows: readonly Row[], { client, offset }: Mark): Row | undefined {
  const own = rows.filter((row) => row.client === client);
  const received = own.filter(({ kind }) => kind === 'received');
  const within = received.find((row) => offset < row.offset + row.bytes.length);
  if (within !== undefined) return within;
  const silent = own.filter(({ kind }) => /^(waited|ended|was reset)$/.test(kind));
  return silent.at(-1) ?? received.at(-1) ?? own.at(-1);
}

function heading(row: Row): string {
  const rest = row.note === '' ? '' : ` for ${row.note}`;
  return `${prefix(row)}${WORDS[row.kind]}${rest}${row.bytes.length > 0 ? ' ' : ''}`;
}

function prefix({ atMs, client }: Row): string {
  return `${Math.round(atMs).toString().padStart(6)} ms ${client.padEnd(2)} `;
}

function packets({ packets, bytes, kind }: Row): string {
  const long = bytes.length > WIDTH ? `${bytes.length.toLocaleString('en')} bytes` : '';
  const many = packets > 1 && kind === 'sent' ? `${packets} packets` : '';
  const notes = [long, many].filter((note) => note !== '').join(', ');
  return notes === '' ? '' : `  (${notes})`;
}

/** The text around a byte, and the column of that byte. */
function shown({ bytes }: Row, at = 0): { readonly text: string; readonly column: number } {
  if (bytes.length === 0) return { text: '', column: 0 };
  const from = bytes.length > WIDTH && at > WIDTH - BEFORE_MARK ? at - BEFORE_MARK : 0;
  const text = printable(bytes.toString('utf8', from, from + WIDTH));
  const before = from > 0 ? '…' : '';
  const after = from + WIDTH < bytes.length ? '…' : '';
  const column = before.length + printable(bytes.toString('utf8', from, at)).length;
  return { text: `${before}${text}${after}`, column };
}
