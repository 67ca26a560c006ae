/**
 * The results of `handoff load` as text: the summary at the end, and the line that a terminal shows
 * meanwhile. Pure functions; bench/run/load.ts prints them.
 */
import {
  isLowerBound,
  type LoadPart,
  type LoadResults,
  type PercentilesNs,
} from '../analysis/load-results.js';
import { formatCount, formatNs, formatShare } from '../analysis/numbers.js';
import { Histogram } from '../../src/base/histogram.js';
import { ERROR_KINDS, totalErrors, type ErrorCounts } from '../generator/protocol/error-kinds.js';
import type { Progress } from '../generator/protocol/results.js';

const LABEL_CHARACTERS = 12;
/** Above this share of a core, the generator may be the limit. */
const GENERATOR_LIMIT = 0.9;
const PERCENTS: Readonly<Record<keyof PercentilesNs, readonly [string, number]>> = {
  p50: ['p50', 50],
  p90: ['p90', 90],
  p99: ['p99', 99],
  p999: ['p99.9', 99.9],
  max: ['max', 100],
};

export function loadSummary(results: LoadResults): string {
  const { load, parts, answers, answersPerSecond, errors } = results;
  const rows: (readonly [string, string])[] = [
    ['answers', `${formatCount(answers)}, ${formatCount(answersPerSecond)} a second`],
    ...offeredRow(results),
    ['latency', latencies(results)],
    ['errors', errorsInWords(errors)],
    ['unanswered', unansweredInWords(results)],
    ['generator', generatorInWords(results)],
  ];
  const how = load.connections === 'kept' ? 'connections kept' : 'a connection for each message';
  return [
    ...parts.map((part) => `${partInWords(part, load)}, ${how}`),
    ...rows.map(([label, value]) => label.padEnd(LABEL_CHARACTERS) + value),
  ].join('\n');
}

function partInWords(part: LoadPart, { loop, arrivals }: LoadResults['load']): string {
  const { target, clients, ratePerSecond, seconds } = part;
  const who = `${formatCount(clients)} ${clients === 1 ? 'client' : 'clients'}`;
  const process = arrivals === 'poisson' ? ', Poisson arrivals' : '';
  const rate = `open loop at ${formatCount(ratePerSecond ?? 0)} a second${process}`;
  return `${target}: ${who}, ${loop === 'open' ? rate : 'closed loop'}, ${seconds.toFixed(1)} s`;
}

function offeredRow({ offered, unsent = 0 }: LoadResults): (readonly [string, string])[] {
  if (offered === undefined) return [];
  const never =
    unsent === 0 ? '' : `; ${formatCount(unsent)} never sent, their connection was busy or lost`;
  return [['offered', `${formatCount(offered)} requests${never}`]];
}

function latencies(results: LoadResults): string {
  if (results.latency.count === 0) return 'none';
  return Object.entries(PERCENTS)
    .map(([key, [label, percent]]) => {
      const value = formatNs(results.percentilesNs[key as keyof PercentilesNs]);
      return `${label} ${isLowerBound(results, percent) ? '≥ ' : ''}${value}`;
    })
    .join('   ');
}

function errorsInWords(errors: ErrorCounts): string {
  const kinds = ERROR_KINDS.filter((kind) => errors[kind] > 0);
  if (kinds.length === 0) return 'none';
  return kinds.map((kind) => `${formatCount(errors[kind])} ${kind}`).join(', ');
}

function unansweredInWords({ unanswered, clients, clientsServed, lowerBounds }: LoadResults) {
  const unserved = clients - clientsServed;
  if (unanswered === 0 && unserved === 0) return 'none';
  const note = lowerBounds > 0 ? '; latencies include how long they had waited' : '';
  const without = `${formatCount(unserved)} of ${formatCount(clients)} clients had no answer`;
  return `${formatCount(unanswered)} requests; ${without}${note}`;
}

function generatorInWords({ parts, lag }: LoadResults): string {
  const busiest = Math.max(...parts.map(({ generatorCpuShare }) => generatorCpuShare));
  const late =
    lag === undefined || lag.count === 0
      ? ''
      : `, late by ${formatNs(Histogram.fromJSON(lag).percentile(99))} at p99`;
  const note = busiest > GENERATOR_LIMIT ? '; the server may be faster than this' : '';
  return `${formatShare(busiest)} of a core${late}${note}`;
}

/** @param passedMs since the start of the window */
export function progressLine({ seconds, answers, p99Ns, errors }: Progress, passedMs: number) {
  const rate = `${formatCount(answers / seconds)} answers/s`;
  const latency = answers === 0 ? 'no answer' : `p99 ${formatNs(p99Ns)}`;
  const failed = totalErrors(errors);
  const wrong = failed === 0 ? '' : `   ${formatCount(failed)} errors`;
  return `${(passedMs / 1e3).toFixed(0).padStart(3)} s   ${rate}   ${latency}${wrong}`;
}
