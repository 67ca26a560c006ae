/**
 * The bars that the project set itself, each with what a run reached: computed from the results, never typed in.
 *
 * A bar on a ratio is judged by the median over rounds that were measured one right after the other.
 * Shown whenever a run holds what a bar needs; bars-table.ts shows them.
 */
import { totalErrors } from './protocol.js';
import type { BenchResults, CaseResult } from './results.js';
import { p99Ns, ratioOf, requestsPerSecond, spreadOf, type Spread } from './statistics.js';

export interface Bar {
  readonly what: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** The same, but the limit itself will not do. */
  readonly below?: number;
  readonly unit: string;
  /** Undefined: this run did not measure it. */
  readonly reached: Spread | undefined;
}

const THREADS = 'thread-per-client';
const LOOP = 'event-loop';
const FAN_OUT_SENDERS = [1, 8, 32];

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
    ...fanOutBars(results),
    ...webBars(results),
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
    {
      what: 'the generator: deliveries/s of c-epoll, 32 senders',
      atLeast: 3_000_000,
      unit: '',
      reached: rateOf(fanOut(results, 32), 'c-epoll'),
    },
  ];
}

function fanOutBars(results: BenchResults): Bar[] {
  const bar = (senders: number, name: string, atLeast: number) => {
    const where = `fan-out, ${senders} ${senders === 1 ? 'sender' : 'senders'}`;
    return ratioBar(where, fanOut(results, senders), name, 'c-pthread', atLeast);
  };
  return [
    ...[THREADS, LOOP].flatMap((name) => [
      bar(1, name, 0.9),
      bar(8, name, 2),
      bar(32, name, name === LOOP ? 6 : 4),
    ]),
    ...[THREADS, LOOP].flatMap((name) => [
      p99Bar(results, name, 'c-pthread'),
      p99Bar(results, name, 'python-threading'),
    ]),
    {
      what: 'fan-out: lines lost, changed, twice or out of order',
      atMost: 0,
      unit: '',
      reached: fanOutErrors(results),
    },
  ];
}

/** Of the three numbers of senders, the one where the ratio is worst. */
function p99Bar(results: BenchResults, name: string, other: string): Bar {
  const ratios = FAN_OUT_SENDERS.map((senders) => {
    const result = fanOut(results, senders);
    return result && ratioOf(result, name, other, p99Ns);
  });
  const known = ratios.filter((ratio) => ratio !== undefined).toSorted((a, b) => b.median - a.median);
  const what = `p99 of ${name} / ${other}, fan-out, at its worst`;
  return { what, below: 1, unit: '', reached: known.length < ratios.length ? undefined : known[0] };
}

function fanOutErrors({ cases }: BenchResults): Spread | undefined {
  const rounds = cases
    .filter(({ scenario }) => scenario === 'fan-out')
    .flatMap(({ contenders }) => contenders.filter(({ kind }) => kind === 'model'))
    .flatMap(({ rounds }) => rounds);
  if (rounds.length === 0) return undefined;
  return spreadOf([rounds.reduce((total, { errors }) => total + totalErrors(errors), 0)]);
}

function webBars({ cases }: BenchResults): Bar[] {
  const web = cases.find(({ scenario }) => scenario === 'web');
  return [THREADS, LOOP].flatMap((name) => [
    ratioBar('web, 64 clients', web, name, 'python-threading', 5),
    ratioBar('web, 64 clients', web, name, 'bare-http', 0.8),
  ]);
}

function fanOut({ cases }: BenchResults, senders: number): CaseResult | undefined {
  return cases.find((one) => one.scenario === 'fan-out' && one.senders === senders);
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
