/**
 * Computes the sentence that summarizes a timeline, and formats durations and counts for all texts
 * of the pictures and pages.
 */
import { MAIN_THREAD, type Span, type Timeline } from './connections.js';

/** The sentence mentions no wait that is shorter than this. */
const MIN_REPORTED_WAIT_MS = 1;

/** Summarizes a timeline in one sentence with its full stop. */
export function summarize({ spans }: Timeline): string {
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
  if (ms >= 1e3) return `${(ms / 1e3).toFixed(2)} s`;
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
  let longest = 0;
  let last = 0;
  for (const { thread, startedMs, acceptedMs, endMs } of spans) {
    if (thread === 'unknown') continue;
    last = (startedMs ?? endMs) - acceptedMs;
    longest = Math.max(longest, last);
  }
  if (spans.length === 0) return '';
  if (longest < MIN_REPORTED_WAIT_MS) return 'no client had to wait';
  if (spans.length === 1) return `it waited ${formatDuration(longest)}`;
  return last === longest
    ? `the last waited ${formatDuration(longest)}`
    : `the longest wait was ${formatDuration(longest)}`;
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
