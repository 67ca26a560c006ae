import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { barsOf } from '../../../bench/report/targets.js';
import { barsTable, verdictOf } from '../../../bench/report/targets-table.js';
import type { CaseResult, ContenderResult, ExperimentResult } from '../../../bench/analysis/experiment.js';
import { formatNs, render, type TextTable } from '../../../bench/analysis/numbers.js';
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
  it('is rendered as Markdown, figure by figure', () => {
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

  it('shows dashes, not zeros, for the latencies of a server that answered nobody', () => {
    const rounds = [roundOf(1, 0, { values: { clientsServed: 0, clientsUnanswered: 2 } })];
    const { head, rows } = tableOf(
      caseOf([{ name: 'iterative', kind: 'model', rounds }, contenderOf('event-loop', [1000])]),
    );
    assert.deepEqual(rows[0]?.slice(1, 6), ['0', '–', '–', '–', '–']);
    assert.equal(rows[0][head.indexOf('served')], '0');
  });

  it('keeps the row of a peer that cannot run here, and says why', () => {
    const absent: ContenderResult = { name: 'c-epoll', kind: 'peer', skipped: 'no C compiler', rounds: [] };
    const { head, rows, notes } = tableOf(caseOf([absent, contenderOf('event-loop', [1000])]));
    assert.deepEqual(rows[0], ['c-epoll', ...head.slice(1).map(() => '–')]);
    assert.deepEqual(notes, ['c-epoll: skipped, no C compiler']);
  });

  it('warns when the generator may be what limits, and counts errors by kind', () => {
    const rounds = [
      roundOf(1, 1000, {
        values: { generatorCpuShare: 0.97 },
        errors: { ...noErrors(), reset: 2, wrongBytes: 1 },
      }),
    ];
    assert.deepEqual(tableOf(caseOf([{ name: 'fast', kind: 'peer', rounds }])).notes, [
      'fast: errors: 2 reset, 1 wrongBytes',
      'fast: the generator used 97 % of a core and may be what limits; this is a lower bound',
    ]);
  });

  it('warns when other programs kept the machine busy', () => {
    const rounds = [0.1, 0.9, 0.8].map((share, index) =>
      roundOf(index + 1, 1000, { values: { othersCpuShare: share } }),
    );
    assert.deepEqual(tableOf(caseOf([{ name: 'a', kind: 'peer', rounds }])).notes, [
      'other programs used 80 % of a core meanwhile: measure again on a quiet machine',
    ]);
  });

  it('says who waited in vain, and that the latencies are no more than lower bounds then', () => {
    const { rows, head, notes } = tableOf(
      caseOf([
        {
          name: 'iterative',
          kind: 'model',
          // One client with 500 requests of 2 ms in a second, as Little's law wants it.
          rounds: [roundOf(1, 500, { values: { clientsServed: 1, clientsWaiting: 1 } })],
        },
      ]),
    );
    assert.deepEqual(notes, [
      'iterative: 1 of 2 clients got no answer while they were measured; ' +
        "they are in the latencies with the window's length, the least that they waited (≥)",
    ]);
    assert.equal(rows[0]?.[head.indexOf('p50')], '2.01 ms');
    assert.equal(rows[0][head.indexOf('p99')], '≥ 1.00 s');
  });

  it('remarks latencies that do not account for the clients’ time', () => {
    const { notes } = tableOf(caseOf([{ name: 'a', kind: 'peer', rounds: [roundOf(1, 500)] }]));
    assert.deepEqual(notes, [
      "a: rate × mean latency is 1.0 clients, not 2 (Little's law): clients spent time that no latency shows",
    ]);
  });

  it('aligns figures for the terminal and rules off the head', () => {
    const lines = render(tableOf(caseOf([contenderOf('event-loop', [1000])])), 'terminal').split('\n');
    assert.equal(lines[0], 'echo, 2 clients');
    assert.match(lines[2] ?? '', /^─+$/);
    assert.match(lines[3] ?? '', /^event-loop {7}1,000 {2}2\.00 ms/);
  });
});

describe('formatNs', () => {
  it('gives three significant digits in the unit that fits', () => {
    const shown = [0, 999, 1000, 12_345, 999_600, 1_000_000, 45_600_000, 999_949_999, 1.2e9].map(formatNs);
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

describe('bars', () => {
  const echo = (...contenders: readonly ContenderResult[]): ExperimentResult => ({
    name: 'echo',
    cases: [caseOf(contenders, { name: '16 clients' })],
    remarks: [],
  });

  it('judge ratios within rounds', () => {
    const results = resultsOf(
      echo(contenderOf('thread-per-client', [91, 91, 91]), contenderOf('c-pthread', [100, 100, 100])),
    );
    const [bar] = barsOf(results);
    assert.ok(bar);
    assert.equal(verdictOf(bar), 'reached');
    assert.deepEqual(barsTable([bar]).rows, [
      ['thread-per-client / c-pthread, echo, 16 clients', '≥ 0.9', '0.91', 'reached'],
    ]);
  });

  it('are missed from above where less is better', () => {
    const round = { round: 1, turn: 1, values: { medianNs: 61_000 }, latencies: {} };
    const contenders = [{ name: 'thread-per-client', kind: 'model', rounds: [round] } as const];
    const handOff = { name: 'hand-off', cases: [{ name: 'hand-off', title: '', contenders }], remarks: [] };
    const bar = barsOf(resultsOf(handOff)).find(({ what }) => what.startsWith('hand-off'));
    assert.ok(bar?.reached);
    assert.equal(verdictOf(bar), 'missed');
    assert.equal(verdictOf({ ...bar, reached: { ...bar.reached, value: 60 } }), 'reached');
  });

  it('take the worst of three numbers of senders for p99, which has to be lower', () => {
    const cases = ['1 sender', '8 senders', '32 senders'].map((name) =>
      caseOf([contenderOf('event-loop', [100, 100]), contenderOf('c-pthread', [100, 100])], { name }),
    );
    const p99Of = (some: readonly CaseResult[]) =>
      barsOf(resultsOf({ name: 'fan-out', cases: some, remarks: [] })).find(({ what }) =>
        what.startsWith('p99 of event-loop / c-pthread'),
      );
    const bar = p99Of(cases);
    assert.equal(bar?.reached?.value, 1);
    assert.equal(verdictOf(bar), 'missed');
    assert.equal(p99Of(cases.slice(1))?.reached, undefined);
  });

  it('are not claimed where the run did not measure', () => {
    assert.ok(barsOf(resultsOf()).every((bar) => verdictOf(bar) === 'not measured'));
  });
});
