/** Results of handoff load: percentiles, merging, and the checks of a file that is read. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  closedLoopTotals,
  isLowerBound,
  loadResults,
  mergeLoads,
  openLoopTotals,
  readLoad,
  type LoadDescription,
  type LoadPart,
  type LoadResults,
} from '../../../bench/analysis/load-results.js';
import { noErrors } from '../../../bench/generator/protocol/error-kinds.js';
import { Histogram, type HistogramJson } from '../../../src/base/histogram.js';
import { temporaryDirectory } from '../../support/handoff.js';

const CLOSED: LoadDescription = {
  ...{ loop: 'closed', connections: 'kept', message: 'hello\\n', expect: 'hello\\n' },
};
const START_MS = Date.parse('2026-01-02T03:04:05.000Z');

let parts = 0;

function partOf(changes: Partial<LoadPart> = {}, startMs = START_MS): LoadPart {
  const at = (ms: number) => new Date(ms).toISOString();
  return {
    id: `part ${++parts}`,
    ...{ startedAt: at(startMs), endedAt: at(startMs + 10_000), target: 'host:7000' },
    ...{ clients: 2, warmUpMs: 0, seconds: 10, generatorCpuShare: 0.5, ...changes },
  };
}

function histogramOf(latenciesNs: readonly number[]): HistogramJson {
  const all = new Histogram();
  for (const latencyNs of latenciesNs) all.record(latencyNs);
  return all.toJSON();
}

function closedLoad(
  latenciesNs: readonly number[],
  part = partOf(),
  load = CLOSED,
  changes: Partial<Parameters<typeof closedLoopTotals>[0]> = {},
): LoadResults {
  const totals = closedLoopTotals({
    kind: 'loaded',
    ...{ requests: latenciesNs.length, seconds: 10, generatorCpuShare: 0.5 },
    ...{ errors: { ...noErrors(), reset: 1 }, clientsServed: part.clients, clientsUnanswered: 0 },
    ...{ clientsWaiting: 0, jain: 1, latency: histogramOf(latenciesNs), ...changes },
  });
  return loadResults(load, [part], totals);
}

function openLoad(part = partOf({ ratePerSecond: 10 })): LoadResults {
  const totals = openLoopTotals({
    kind: 'offered',
    ...{ offered: 100, answered: 97, answeredInWindow: 90, unanswered: 1, unsent: 2 },
    ...{ errors: noErrors(), clientsServed: 2, clientsUnanswered: 0, jain: 1, longestTurnNs: 1 },
    corrected: histogramOf([...Array<number>(97).fill(1000), 5e9, 6e9, 7e9]),
    ...{ uncorrected: histogramOf([]), lag: histogramOf([10]) },
    ...{ seconds: 10, generatorCpuShare: 0.5 },
  });
  return loadResults({ ...CLOSED, loop: 'open' }, [part], totals);
}

const latencies = Array.from({ length: 1000 }, (_, index) => 1000 + index ** 2);
const named = (results: LoadResults, name = 'a.json') => ({ name, results });

describe('the results of a load', () => {
  it('have the percentiles of all answers', () => {
    const { percentilesNs, answersPerSecond } = closedLoad(latencies);
    const all = Histogram.fromJSON(histogramOf(latencies));
    assert.equal(percentilesNs.p99, all.percentile(99));
    assert.equal(percentilesNs.max, 1000 + 999 ** 2);
    assert.equal(answersPerSecond, 100);
  });

  it('count a client without an answer with the whole window, as a lower bound', () => {
    const waiting = { clientsServed: 1, clientsUnanswered: 1, clientsWaiting: 1 };
    const results = closedLoad(latencies, partOf(), CLOSED, waiting);
    assert.equal(results.unanswered, 1);
    assert.equal(results.lowerBounds, 1000, 'as often as the other client had an answer');
    assert.equal(results.percentilesNs.p99, 10e9);
    assert.ok(isLowerBound(results, 99) && !isLowerBound(results, 50));
  });

  it('count requests of an open loop that were never answered or sent as lower bounds', () => {
    const results = openLoad();
    assert.deepEqual([results.offered, results.unsent, results.unanswered], [100, 2, 1]);
    assert.equal(results.answersPerSecond, 9, 'only answers within the window');
    assert.ok(isLowerBound(results, 98) && !isLowerBound(results, 97));
  });
});

describe('a merge', () => {
  it('of two halves equals the whole', () => {
    const whole = closedLoad(latencies);
    const [even, odd] = [0, 1].map((rest) =>
      closedLoad(latencies.filter((_, index) => index % 2 === rest)),
    ) as [LoadResults, LoadResults];
    const merged = mergeLoads([named(even), named(odd)]);
    assert.deepEqual(merged.latency, whole.latency);
    assert.deepEqual(merged.percentilesNs, whole.percentilesNs);
    assert.equal(merged.answers, whole.answers);
    assert.equal(merged.answersPerSecond, whole.answersPerSecond);
    assert.equal(merged.errors.reset, 2);
    assert.deepEqual([merged.clients, merged.clientsServed, merged.parts.length], [4, 4, 2]);
  });

  it('of a merge and a third file equals the merge of all three', () => {
    const [one, two, three] = [1, 2, 3].map((times) =>
      named(closedLoad(latencies.map((latencyNs) => latencyNs * times))),
    ) as [ReturnType<typeof named>, ReturnType<typeof named>, ReturnType<typeof named>];
    const inSteps = mergeLoads([named(mergeLoads([one, two])), three]);
    assert.deepEqual(inSteps, mergeLoads([one, two, three]));
  });

  it('of open loops adds up what was offered, sent and late', () => {
    const merged = mergeLoads([named(openLoad()), named(openLoad())]);
    assert.deepEqual([merged.offered, merged.unsent, merged.unanswered], [200, 4, 2]);
    assert.equal(merged.lag?.count, 2);
    assert.equal(merged.lowerBounds, 6);
  });

  for (const [what, other, reason] of [
    ['loops', () => openLoad(), /one is a closed loop, the other an open one \(closed; open\)/],
    ['messages', () => of({ message: 'hi\\n' }), /the messages differ \(hello\\n; hi\\n\)/],
    ['answers', () => of({ expect: 'HELLO\\n' }), /the expected answers differ/],
    ['connections', () => of({ connections: 'one per message' }), /one keeps its connections/],
    ['arrivals', () => of({ arrivals: 'poisson' }), /a Poisson process \(even; poisson\)/],
    ['times', () => closedLoad([1], partOf({}, START_MS + 6000)), /not load .* at the same time/],
  ] as const) {
    it(`is refused for different ${what}, with the reason`, () => {
      assert.throws(() => mergeLoads([named(closedLoad([1])), named(other(), 'b.json')]), {
        name: 'StartError',
        message: new RegExp(`^a\\.json and b\\.json cannot be merged: .*${reason.source}`),
      });
    });
  }

  it('is accepted for loads that were started by hand, one after the other', () => {
    const late = closedLoad([1], partOf({}, START_MS + 4000));
    assert.equal(mergeLoads([named(closedLoad([1])), named(late)]).answers, 2);
  });

  it('is refused for a run that is in both files', () => {
    const run = closedLoad([1]);
    assert.throws(() => mergeLoads([named(run), named(run)]), /which would count twice$/);
  });
});

function of(changes: Partial<LoadDescription>): LoadResults {
  return closedLoad([1], partOf(), { ...CLOSED, ...changes });
}

describe('a file of a load', () => {
  for (const [what, content, reason] of [
    ['no JSON', '{', / is not JSON: /],
    ['something else', '{"format":2,"experiments":[]}', / holds no results of handoff load$/],
    ['another format', '{"format":9,"load":{}}', / has format 9, and this version reads 1$/],
    [
      'a missing part',
      JSON.stringify({ ...closedLoad([1]), answers: undefined }),
      / is not a complete results file: answers is no number$/,
    ],
    [
      'an open loop without its parts',
      JSON.stringify({ ...openLoad(), lag: undefined }),
      / is not a complete results file: lag is no object$/,
    ],
  ] as const) {
    it(`is refused if it has ${what}`, (t) => {
      const path = join(temporaryDirectory(t), 'a.json');
      writeFileSync(path, content);
      assert.throws(() => readLoad(path), { name: 'StartError', message: reason });
    });
  }

  it('is refused if it does not exist', () => {
    assert.throws(() => readLoad('/none.json'), /cannot read \/none\.json: there is no such file/);
  });

  it('is read as it was written', (t) => {
    const path = join(temporaryDirectory(t), 'a.json');
    const results = openLoad();
    writeFileSync(path, JSON.stringify(results));
    assert.deepEqual(readLoad(path), results);
  });
});
