/**
 * Computes the sentence that summarizes a timeline, and formats durations and counts for all texts
 * of the pictures and pages.
 */
import { MAIN_THREAD, type Span, type Timeline } from './connections.js';
import { waitsOf, type Waits } from './states.js';

/**
 * The sentence mentions no wait that is shorter: the kernel counts the time in the backlog in ticks
 * of up to this length.
 */
const MIN_REPORTED_WAIT_MS = 10;

type Names = ReadonlyMap<number, string>;

/**
 * Summarizes a timeline in one sentence with its full stop.
 * @param names of clients by connection number; others are called by their number
 */
export function summarize(timeline: Timeline, names?: Names): string {
  const { spans } = timeline;
  if (spans.length === 0) return 'No client connected.';
  const served = spans.filter(({ startedMs }) => startedMs !== undefined);
  const refused = spans.filter(({ isRefused }) => isRefused);
  const never = spans.filter(({ thread, isRefused }) => thread === 'none' && !isRefused);
  const open = spans.filter(({ reason }) => reason === undefined);
  const parts = [
    served.length === 0
      ? `${plural(spans.length, 'client')}, none of them served`
      : `${plural(served.length, 'client')}${never.length + refused.length > 0 ? ' served' : ''}, ${concurrencyPhrase(served)}`,
    waitPhrase(spans.filter(({ isRefused }) => !isRefused)),
    holdPhrase(timeline, names),
    refused.length > 0 ? `${refused.length} refused` : '',
    never.length > 0 && served.length > 0 ? `${never.length} never served` : '',
    open.length > 0 ? `${open.length} still open when the log ends` : '',
  ];
  return `${parts.filter((part) => part !== '').join('; ')}.`;
}

/**
 * Formats a duration in milliseconds with two or three significant digits, from 10 s on in tenths.
 */
export function formatDuration(ms: number): string {
  if (ms >= 1e4) return `${(ms / 1e3).toFixed(1)} s`;
  // 999.5 ms and more would be rounded to 1000 ms.
  if (ms >= 999.5) return `${(ms / 1e3).toFixed(2)} s`;
  if (ms >= 10) return `${ms.toFixed(0)} ms`;
  return `${ms.toFixed(ms >= 1 ? 1 : 2)} ms`;
}

/** Returns the count and the noun, with an `s` unless the count is 1. */
export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

function concurrencyPhrase(served: readonly Span[]): string {
  const threads = new Set(served.map(({ thread }) => thread));
  const where = threads.has('unknown')
    ? 'on threads that the log does not name'
    : threads.size > 1
      ? `on ${plural(threads.size, 'thread')}`
      : threads.has(MAIN_THREAD)
        ? 'on the main thread'
        : 'on one client thread';
  if (served.length === 1) return where;
  const most = maxConcurrent(served);
  if (most === 1) return `one after the other ${where}`;
  return most === served.length
    ? `all at once ${where}`
    : `up to ${most.toLocaleString('en')} at once ${where}`;
}

function waitPhrase(spans: readonly Span[]): string {
  const known = spans.filter(({ thread }) => thread !== 'unknown');
  if (known.length === 0) return '';
  const all = known.map(waitsOf);
  const longest = longestWaits(all).filter(([, ms]) => ms >= MIN_REPORTED_WAIT_MS);
  const who = spans.length === 1 ? 'it' : 'clients';
  if (longest.length > 0) {
    const waits = longest.map(([what, ms]) => `${formatDuration(ms)} ${what}`);
    return `${who} waited up to ${listed(waits)}`;
  }
  const most = all.reduce((longest, waits) => Math.max(longest, totalMs(waits)), 0);
  if (most >= MIN_REPORTED_WAIT_MS) return `${who} waited up to ${formatDuration(most)} in all`;
  const none = `no client waited for ${MIN_REPORTED_WAIT_MS} ms`;
  if (known.some(({ startedMs, served }) => startedMs !== undefined && !served))
    return `${none} in the queue or for a thread; the log does not say more`;
  return known.every(({ isArrivalKnown }) => isArrivalKnown)
    ? none
    : `${none} after it was accepted`;
}

/** Returns the longest wait of each kind, and what it was for. */
function longestWaits(all: readonly Waits[]): [string, number][] {
  const [first] = all;
  return Object.keys(first ?? {}).map((what) => [
    what,
    all.reduce((longest, waits) => Math.max(longest, waits[what as keyof Waits]), 0),
  ]);
}

/** Returns all that a client waited for, in milliseconds. */
export function totalMs(waits: Waits): number {
  return Object.values(waits).reduce((sum, ms) => sum + ms, 0);
}

/** Returns the items with commas and an `and`. */
export function listed(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}

/** Returns who held a loop longest, main's or a worker's. */
function holdPhrase({ blocks, workerBlocks }: Timeline, names: Names | undefined): string {
  let longest = 0;
  let holder: number | undefined;
  for (const block of [blocks, ...workerBlocks.values()].flat()) {
    if (block.holder === undefined || block.toMs - block.heldFromMs <= longest) continue;
    longest = block.toMs - block.heldFromMs;
    holder = block.holder;
  }
  if (holder === undefined) return '';
  const loop = workerBlocks.size > 0 ? 'its loop' : 'the loop';
  return `${nameOf(holder, names)} held ${loop} longest, for ${formatDuration(longest)}`;
}

/** Returns a client's name, or its connection number. */
export function nameOf(connection: number, names: Names | undefined): string {
  return names?.get(connection) ?? `#${connection}`;
}

/**
 * Returns how many clients were served at the same time at most. A client that begins when another
 * ends does not overlap with it.
 */
function maxConcurrent(served: readonly Span[]): number {
  const changes = served.flatMap(({ startedMs = 0, endMs }) => [
    { ms: startedMs, by: 1 },
    { ms: endMs, by: -1 },
  ]);
  // The log truncates ends to milliseconds: the next client may seem to begin up to 1 ms earlier.
  changes.sort((a, b) => a.ms + (a.by > 0 ? 1 : 0) - (b.ms + (b.by > 0 ? 1 : 0)) || a.by - b.by);
  let now = 0;
  let most = 1;
  for (const { by } of changes) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
