/**
 * The bars that the project set itself, each with what a run reached: computed from the results, never typed in.
 *
 * A bar on a ratio is judged by the median over rounds that were measured one right after the other.
 * Shown by run.ts whenever a run holds what a bar needs.
 */
import { formatCount, formatSpread, type TextTable } from './format.js';
import type { BenchResults, CaseResult } from './results.js';
import { ratioOf, requestsPerSecond, spreadOf, type Spread } from './statistics.js';

export interface Bar {
  readonly what: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly unit: string;
  /** Undefined: this run did not measure it. */
  readonly reached: Spread | undefined;
}

const THREADS = 'thread-per-client';
const LOOP = 'event-loop';

export function barsOf(results: BenchResults): Bar[] {
  const { handOff, capacity } = results;
  const echo = (clients: number) =>
    results.cases.find((one) => one.scenario === 'echo' && one.clients === clients);
  const churn = results.cases.find((one) => one.scenario === 'churn');
  const single = (value: number | undefined) => (value === undefined ? undefined : spreadOf([value]));
  return [
    ratioBar('echo, 16 clients', echo(16), THREADS, 'c-pthread', 0.9),
    ratioBar('echo, 64 clients', echo(64), THREADS, 'c-pthread', 0.9),
    ratioBar('echo, 256 clients', echo(256), THREADS, 'c-pthread', 0.75),
    ratioBar('echo, 16 clients', echo(16), THREADS, 'python-threading', 1),
    ratioBar('echo, 64 clients', echo(64), THREADS, 'python-threading', 1.1),
    ratioBar('echo, 16 clients', echo(16), LOOP, 'bare-net', 0.95),
    ratioBar('echo, 64 clients', echo(64), LOOP, 'bare-net', 0.95),
    ratioBar('churn, 64 clients', churn, THREADS, 'c-pthread', 0.7),
    {
      what: 'hand-off to a warm thread, median',
      atMost: 60,
      unit: 'µs',
      reached: single(handOff && handOff.medianMs * 1e3),
    },
    {
      what: 'clients at once, each answered on a thread of its own',
      atLeast: 1000,
      unit: '',
      reached: single(capacity?.threads?.hold.answered),
    },
    {
      what: 'memory of a client thread',
      atMost: 8,
      unit: 'MB',
      reached: single(capacity?.threads && capacity.threads.bytesPerThread / 1e6),
    },
    {
      what: 'idle clients at once on the event loop',
      atLeast: 10_000,
      unit: '',
      reached: single(capacity?.idle?.clients),
    },
    {
      what: 'memory of an idle client on the event loop',
      atMost: 12,
      unit: 'kB',
      // The larger of the two: which one that is depends on when the collector last ran.
      reached: single(
        capacity?.idle && Math.max(capacity.idle.bytesPerClient, capacity.idle.bytesPerClientAnswered) / 1e3,
      ),
    },
    {
      what: 'the generator: requests/s of c-epoll, 64 clients',
      atLeast: 100_000,
      unit: '',
      reached: rateOf(echo(64), 'c-epoll'),
    },
  ];
}

export function verdictOf({ atLeast, atMost, reached }: Bar): 'reached' | 'missed' | 'not measured' {
  if (reached === undefined) return 'not measured';
  const isReached = reached.median >= (atLeast ?? -Infinity) && reached.median <= (atMost ?? Infinity);
  return isReached ? 'reached' : 'missed';
}

export function barsTable(bars: readonly Bar[]): TextTable {
  return {
    title: 'bars',
    head: ['what', 'bar', 'value', 'verdict'],
    rows: bars.map((bar) => {
      const limit =
        bar.atLeast === undefined ? `≤ ${bar.atMost ?? ''}` : `≥ ${bar.atLeast.toLocaleString('en-GB')}`;
      const value = bar.reached === undefined ? '–' : formatValue(bar.reached);
      return [bar.what, withUnit(limit, bar.unit), withUnit(value, bar.unit), verdictOf(bar)];
    }),
    notes: [],
  };
}

function ratioBar(
  where: string,
  result: CaseResult | undefined,
  name: string,
  other: string,
  atLeast: number,
): Bar {
  const reached = result && ratioOf(result, name, other);
  return { what: `${name} / ${other}, ${where}`, atLeast, unit: '', reached };
}

function rateOf(result: CaseResult | undefined, name: string): Spread | undefined {
  const contender = result?.contenders.find((one) => one.name === name);
  return contender && spreadOf(contender.rounds.map(requestsPerSecond));
}

function formatValue(spread: Spread): string {
  if (spread.median < 1000) return formatSpread(spread);
  if (spread.min === spread.max) return formatCount(spread.median);
  return `${formatCount(spread.median)} (${formatCount(spread.min)}–${formatCount(spread.max)})`;
}

function withUnit(text: string, unit: string): string {
  return unit === '' || text === '–' ? text : `${text} ${unit}`;
}
