/**
 * A server's snapshot as a table that is readable on a projector: states are words, each with its
 * colour; what holds clients up stands above. Pure: turns a snapshot and the window's size into
 * lines of coloured texts. Read head.ts, warnings.ts and rows.ts next.
 */
import type { Snapshot } from '../../admin/snapshot.js';
import { TIME_WORDS } from '../../serving/time-words.js';
import { summary } from './head.js';
import { drawRows, rowsOf, type Row } from './rows.js';
import { silenceTexts, type Silence } from './silence.js';
import type { SteadyMs } from './steadiness.js';
import { truncate, wrapLine, type Line } from './text.js';
import { warningsOf } from './warnings.js';

export interface WindowSize {
  readonly columns: number;
  readonly rows: number;
}

/** What a snapshot does not say itself. */
interface Context {
  readonly steadyMs?: SteadyMs;
  /** If the next snapshot is overdue. */
  readonly silence?: Silence | undefined;
}

/**
 * Draws the table.
 * @param size the window that the lines must fit, in characters; undefined: no limit
 */
export function tableOf(
  snapshot: Snapshot,
  size: WindowSize | undefined,
  { steadyMs = new Map(), silence }: Context = {},
): Line[] {
  const warnings = [
    ...(silence ? silenceTexts(silence) : []),
    ...warningsOf(snapshot, steadyMs),
  ].map((text): Line => [{ text, style: 'red' }]);
  const columns = size?.columns ?? Infinity;
  const head = [...summary(snapshot), ...warnings, []].flatMap((line) => wrapLine(line, columns));
  const rows = rowsOf(snapshot);
  const total = (snapshot.threads?.count ?? snapshot.clients.count) + snapshot.queue.count;
  const room = size === undefined ? Infinity : Math.max(1, size.rows - head.length - 1);
  const shown =
    total <= room && rows.length === total ? rows : byImportance(rows).slice(0, room - 1);
  const lines = [
    ...head,
    ...drawRows(shown, columns),
    ...(shown.length < total
      ? [[{ text: omittedText(snapshot, shown, total), style: 'gray' } as const]]
      : []),
  ];
  return lines.slice(0, size?.rows).map((line) => truncate(line, columns));
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
    [left('queue', queue.count), TIME_WORDS.queue],
    [left('thread', threads ? threads.count - clients.count : 0), 'without a client'],
  ] as const;
  const kinds = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `… and ${total - shown.length} more: ${kinds.join(', ')}`;
}
