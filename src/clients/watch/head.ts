/**
 * The lines above the watcher's table: the server, main, the threads, the queues, all clients. Pure.
 * Read rows.ts next.
 */
import type { Snapshot } from '../../admin/snapshot.js';
import { stateSpan } from './rows.js';
import { duration, shortDuration, type Line, type Span } from './text.js';

const MAIN_BAR = 20;
const QUEUE_BAR = 30;
/** Utilization from which the main thread's bar is red. */
const BUSY = 0.8;
/** A lag from which it is red: a person notices it. */
const LAG_MS = 100;

export function summary(snapshot: Snapshot): Line[] {
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
    ...(snapshot.backlog ? [[label('backlog'), ...backlogBar(snapshot.backlog)]] : []),
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

function mainBar({ main: { utilization, lagMs = 0 } }: Snapshot): Span[] {
  const part = Math.min(1, Math.max(0, utilization));
  const full = Math.round(part * MAIN_BAR);
  const style = part >= BUSY ? 'red' : 'green';
  return [
    { text: '█'.repeat(full), style },
    { text: '░'.repeat(MAIN_BAR - full), style: 'gray' },
    { text: ` ${Math.round(part * 100)} % busy, ` },
    {
      text: `lag ${shortDuration(lagMs)}`,
      ...(lagMs >= LAG_MS && { style: 'red' as const }),
    },
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

function backlogBar({ count, limit, longestMs }: NonNullable<Snapshot['backlog']>): Span[] {
  const waited = longestMs >= LAG_MS ? `the longest wait was ${shortDuration(longestMs)}` : '';
  if (count > 0) return bar(count, `${count} of at most ${limit}${waited && `, ${waited}`}`);
  return waited ? [{ text: `empty, ${waited}`, style: 'red' }] : [EMPTY];
}

function queueBar({ queue, limits }: Snapshot): Span[] {
  const [longest] = queue.first;
  if (!longest) return [EMPTY];
  const text = `${queue.count} of at most ${limits.queue}, the first for ${duration(longest.waitedMs)}`;
  return bar(queue.count, text);
}

const EMPTY: Span = { text: 'empty', style: 'gray' };

/** Draws one block per client that waits, up to {@link QUEUE_BAR}. */
function bar(count: number, text: string): Span[] {
  const more = count > QUEUE_BAR ? '…' : '';
  const blocks = '■'.repeat(Math.min(count, QUEUE_BAR));
  return [{ text: `${blocks}${more} `, style: 'red' }, { text }];
}

function label(text: string): Span {
  return { text: text.padEnd(9), style: 'bold' };
}
