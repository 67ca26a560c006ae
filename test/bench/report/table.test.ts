import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judge, targetsOf, targetsTable } from '../../../bench/report/targets.js';
import type {
  CaseResult,
  ContenderResult,
  ExperimentResult,
} from '../../../bench/analysis/experiment.js';
import { formatNs, render, type TextTable } from '../../../bench/analysis/numbers.js';
import { Histogram } from '../../../src/base/histogram.js';
import { noErrors } from '../../../bench/generator/protocol/error-kinds.js';
import type { BenchResults } from '../../../bench/analysis/results.js';
import { tablesOf } from '../../../bench/report/table.js';
import { caseOf, contenderOf, roundOf, sampleExperiment } from '../../support/bench/samples.js';

function tableOf(result: CaseResult): TextTable {
  const [table] = tablesOf(sampleExperiment, { name: 'echo', cases: [result], remarks: [] });
  assert.ok(table);
  return table;
}

function resultsOf(...experiments: readonly ExperimentResult[]): BenchResults {
  return {
    format: 2,
    startedAt: '2026-01-02T03:04:05.000Z',
    durationMs: 1000,
    machine: { cpu: 'a processor', cores: 2, memoryBytes: 1e9, kernel: 'linux 6', arch: 'x64' },
    versions: { node: 'v20.20.0', packages: {} },
    options: { peers: true, rounds: 3, roundMs: 1000 },
    experiments,
  };
}

describe('a table of a case', () => {
  it('is rendered as Markdown', () => {
    const values = { rssBytes: 72_300_000, threads: 11, serverCpuShare: 0.5 };
    const loop: ContenderResult = {
      name: 'event-loop',
      kind: 'model',
      rounds: [roundOf(1, 1000, { values })],
    };
    assert.equal(
      render(tableOf(caseOf([loop, contenderOf('threads', [900])])), 'markdown'),
      [
        '**echo, 2 clients**',
        '',
        '| server | requests/s | p50 | p99 | p99.9 | max | CPU | MB | threads | errors | served | of event-loop |',
        '|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
        '| event-loop | 1,000 | 2.00 ms | 2.00 ms | 2.00 ms | 2.00 ms | 50 % | 72.3 | 11 | 0 | 2 | 1 |',
        '| threads | 900 | 2.00 ms | 2.00 ms | 2.00 ms | 2.00 ms | – | – | – | 0 | 2 | 0.90 |',
      ].join('\n'),
    );
  });

  it('shows dashes, not zeros, for the latencies of a server without answers', () => {
    const rounds = [roundOf(1, 0, { values: { clientsServed: 0, clientsUnanswered: 2 } })];
    const { head, rows } = tableOf(
      caseOf([{ name: 'iterative', kind: 'model', rounds }, contenderOf('event-loop', [1000])]),
    );
    assert.deepEqual(rows[0]?.slice(1, 6), ['0', '–', '–', '–', '–']);
    assert.equal(rows[0][head.indexOf('served')], '0');
  });

  it('keeps the row of a peer that cannot run here, and says why', () => {
    const absent: ContenderResult = {
      name: 'c-epoll',
      kind: 'peer',
      skipped: 'no C compiler',
      rounds: [],
    };
    const { head, rows, notes } = tableOf(caseOf([absent, contenderOf('event-loop', [1000])]));
    assert.deepEqual(rows[0], ['c-epoll', ...head.slice(1).map(() => '–')]);
    assert.deepEqual(notes, ['c-epoll: skipped, no C compiler']);
  });

  it('warns if the generator may be the limit, and counts errors by kind', () => {
    const rounds = [
      roundOf(1, 1000, {
        values: { generatorCpuShare: 0.97 },
        errors: { ...noErrors(), reset: 2, wrongBytes: 1 },
      }),
    ];
    assert.deepEqual(tableOf(caseOf([{ name: 'fast', kind: 'peer', rounds }])).notes, [
      'fast: errors: 2 reset, 1 wrongBytes',
      'fast: the generator used 97 % of a core; the server may be faster than this',
    ]);
  });

  it('warns if other programs kept the machine busy', () => {
    const rounds = [0.1, 0.9, 0.8].map((share, index) =>
      roundOf(index + 1, 1000, { values: { othersCpuShare: share } }),
    );
    assert.deepEqual(tableOf(caseOf([{ name: 'a', kind: 'peer', rounds }])).notes, [
      'other programs used 80 % of a core: measure again on a quiet machine',
    ]);
  });

  it('counts clients without an answer, and marks latencies as lower bounds', () => {
    const { rows, head, notes } = tableOf(
      caseOf([
        {
          name: 'iterative',
          kind: 'model',
          // One client with 500 requests of 2 ms in a second, as Little's law requires.
          rounds: [roundOf(1, 500, { values: { clientsServed: 1, clientsWaiting: 1 } })],
        },
      ]),
    );
    assert.deepEqual(notes, [
      'iterative: 1 of 2 clients waited for the whole window without an answer; ' +
        "each counts with the window's length, a lower bound of its latency (≥)",
    ]);
    assert.equal(rows[0]?.[head.indexOf('p50')], '2.01 ms');
    assert.equal(rows[0][head.indexOf('p99')], '≥ 1.00 s');
  });

  it('notes latencies that do not cover the clients’ time', () => {
    const { notes } = tableOf(caseOf([{ name: 'a', kind: 'peer', rounds: [roundOf(1, 500)] }]));
    assert.deepEqual(notes, [
      "a: rate × mean latency is 1.0 clients, not 2 (Little's law): clients spent time that no latency includes",
    ]);
  });

  it('aligns figures for the terminal and rules off the head', () => {
    const lines = render(tableOf(caseOf([contenderOf('event-loop', [1000])])), 'terminal').split(
      '\n',
    );
    assert.equal(lines[0], 'echo, 2 clients');
    assert.match(lines[2] ?? '', /^─+$/);
    assert.match(lines[3] ?? '', /^event-loop {7}1,000 {2}2\.00 ms/);
  });
});

describe('formatNs', () => {
  it('gives three significant digits in the unit that fits', () => {
    const shown = [0, 999, 1000, 12_345, 999_600, 1_000_000, 45_600_000, 999_949_999, 1.2e9].map(
      formatNs,
    );
    assert.deepEqual(shown, [
      '0 ns',
      '999 ns',
      '1.00 µs',
      '12.3 µs',
      '1.00 ms',
      '1.00 ms',
      '45.6 ms',
      '1.00 s',
      '1.20 s',
    ]);
  });
});

describe('targets', () => {
  const echo = (...contenders: readonly ContenderResult[]): ExperimentResult => ({
    name: 'echo',
    cases: [caseOf(contenders, { name: '16 clients' })],
    remarks: [],
  });
  /** The first target is on thread-per-client / c-pthread: at least 0.95. */
  const firstTarget = (rates: readonly number[]) => {
    const peers = contenderOf(
      'c-pthread',
      rates.map(() => 100),
    );
    const [target] = targetsOf(resultsOf(echo(contenderOf('thread-per-client', rates), peers)));
    assert.ok(target);
    return target;
  };

  it('are judged by ratios within rounds', () => {
    const target = firstTarget([96, 96, 96, 96, 96]);
    assert.equal(judge(target), 'reached');
    assert.deepEqual(targetsTable([target]).rows, [
      ['thread-per-client / c-pthread, echo, 16 clients', '≥ 0.95', '0.96', 'reached'],
    ]);
  });

  it('are reached or missed only if the whole interval is', () => {
    assert.equal(judge(firstTarget([95, 96, 100, 105, 110])), 'reached');
    assert.equal(judge(firstTarget([50, 60, 70, 80, 89])), 'missed');
    const uncertain = firstTarget([85, 95, 100, 105, 110]);
    assert.equal(judge(uncertain), 'too uncertain to tell');
    assert.deepEqual(targetsTable([uncertain]).rows[0]?.slice(1), [
      '≥ 0.95',
      '1.00 (0.85–1.10)',
      'too uncertain to tell',
    ]);
    assert.equal(judge(firstTarget([70, 75, 80, 85, 96])), 'too uncertain to tell');
  });

  it('have no verdict with fewer than five rounds', () => {
    for (const rates of [[200], [10], [200, 200, 200, 200]]) {
      assert.equal(judge(firstTarget(rates)), 'too few rounds for a verdict');
    }
  });

  it('are missed from above if less is better', () => {
    const latency = new Histogram();
    latency.record(26_000);
    const oneLatency = latency.toJSON();
    const rounds = [1, 2, 3, 4, 5].map((round) => ({
      ...{ round, turn: 1, values: {} },
      latencies: { all: oneLatency },
    }));
    const contenders = [{ name: 'whole', kind: 'variant', rounds } as const];
    const handOff = {
      name: 'hand-off',
      cases: [{ name: 'idle', title: '', contenders }],
      remarks: [],
    };
    const target = targetsOf(resultsOf(handOff)).find(({ what }) => what.startsWith('hand-off'));
    assert.ok(target?.reached);
    assert.equal(judge(target), 'missed');
    const exact = { value: 25, low: 25, high: 25, rounds: 5 };
    assert.equal(judge({ ...target, reached: exact }), 'reached');
    assert.equal(judge({ ...target, reached: { ...exact, high: 26 } }), 'too uncertain to tell');
  });

  it('take the worst p99 over the numbers of senders, which must be below 1', () => {
    const hundred = [100, 100, 100, 100, 100];
    const cases = ['1 sender', '8 senders', '32 senders'].map((name) =>
      caseOf([contenderOf('event-loop', hundred), contenderOf('python-threading', hundred)], {
        name,
      }),
    );
    const p99Of = (some: readonly CaseResult[]) =>
      targetsOf(resultsOf({ name: 'fan-out', cases: some, remarks: [] })).find(({ what }) =>
        what.startsWith('p99 of event-loop / python-threading'),
      );
    const target = p99Of(cases);
    assert.equal(target?.reached?.value, 1);
    assert.equal(judge(target), 'missed');
    assert.equal(
      judge({ ...target, reached: { value: 0.9, low: 0.8, high: 0.99, rounds: 5 } }),
      'reached',
    );
    assert.equal(p99Of(cases.slice(1))?.reached, undefined);
  });

  it('count errors over all rounds, and have no verdict with few of them', () => {
    const found = (rounds: number, reset: number) => {
      const some = Array.from({ length: rounds }, (_, index) =>
        roundOf(index + 1, 100, { errors: { ...noErrors(), reset } }),
      );
      const cases = [
        caseOf([{ name: 'event-loop', kind: 'model', rounds: some }], { name: '1 sender' }),
      ];
      const targets = targetsOf(resultsOf({ name: 'fan-out', cases, remarks: [] }));
      const target = targets.find(({ what }) => what.startsWith('fan-out: lines lost'));
      assert.ok(target);
      return [target.reached?.value, judge(target)];
    };
    assert.deepEqual(found(5, 0), [0, 'reached']);
    assert.deepEqual(found(5, 1), [5, 'missed']);
    assert.deepEqual(found(1, 0), [0, 'too few rounds for a verdict']);
  });

  it('have no verdict if the run did not measure them', () => {
    assert.ok(targetsOf(resultsOf()).every((target) => judge(target) === 'not measured'));
  });
});
