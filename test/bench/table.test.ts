import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { barsOf } from '../../bench/bars.js';
import { barsTable, verdictOf } from '../../bench/bars-table.js';
import { formatNs, render } from '../../bench/format.js';
import { noErrors } from '../../bench/protocol.js';
import type { BenchResults, CaseResult, ContenderResult } from '../../bench/results.js';
import { capacityTable, caseTable, handOffTable } from '../../bench/table.js';
import { caseOf, contenderOf, roundOf } from './samples.js';

const server = { cpuMs: 500, rssBytes: 72_300_000, threads: 11, descriptors: 20 };

function resultsOf(changes: Partial<BenchResults>): BenchResults {
  return {
    format: 1,
    startedAt: '2026-01-02T03:04:05.000Z',
    durationMs: 1000,
    machine: { cpu: 'a processor', cores: 2, memoryBytes: 1e9, kernel: 'linux 6', arch: 'x64' },
    versions: { node: 'v20.20.0', packages: {} },
    options: { peers: true, rounds: 3, roundMs: 1000 },
    cases: [],
    ...changes,
  };
}

describe('caseTable', () => {
  it('renders a case as Markdown, figure by figure', () => {
    const loop: ContenderResult = {
      name: 'event-loop',
      kind: 'model',
      rounds: [roundOf(1, 1000, { server, serverCpuShare: 0.5 })],
    };
    const result = caseOf([loop, contenderOf('threads', [900])]);
    assert.equal(
      render(caseTable(result), 'markdown'),
      [
        '**echo, 2 clients**',
        '',
        '| server | requests/s | p50 | p99 | p99.9 | max | CPU | MB | threads | errors | served | of event-loop |',
        '|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
        '| event-loop | 1,000 | 2.00 ms | 2.00 ms | 2.00 ms | 2.00 ms | 50 % | 72.3 | 11 | 0 | 2/2 | 1 |',
        '| threads | 900 | 2.00 ms | 2.00 ms | 2.00 ms | 2.00 ms | – | – | – | 0 | 2/2 | 0.90 |',
      ].join('\n'),
    );
  });

  it('shows a server that serves one client at a time as such, without any error', () => {
    const rounds = [roundOf(1, 500, { clientsServed: 1, clientsUnanswered: 1 })];
    const { rows, notes } = caseTable(caseOf([{ name: 'iterative', kind: 'model', rounds }]));
    assert.equal(rows[0]?.[9], '0');
    assert.equal(rows[0][10], '1/2');
    assert.deepEqual(notes, []);
  });

  it('shows dashes, not zeros, for the latencies of a server that answered nobody', () => {
    const rounds = [roundOf(1, 0, { clientsServed: 0, clientsUnanswered: 2 })];
    const { rows } = caseTable(caseOf([{ name: 'iterative', kind: 'model', rounds }]));
    assert.deepEqual(rows[0]?.slice(1, 6), ['0', '–', '–', '–', '–']);
  });

  it('keeps the row of a peer that cannot run here, and says why', () => {
    const table = caseTable(
      caseOf([{ name: 'c-epoll', kind: 'peer', skipped: 'no C compiler', rounds: [] }]),
    );
    assert.deepEqual(table.rows[0], ['c-epoll', ...Array<string>(11).fill('–')]);
    assert.deepEqual(table.notes, ['c-epoll: skipped, no C compiler']);
  });

  it('warns when the generator may be what limits, and counts errors by kind', () => {
    const rounds = [
      roundOf(1, 1000, { generatorCpuShare: 0.97, errors: { ...noErrors(), reset: 2, wrongBytes: 1 } }),
    ];
    const { notes } = caseTable(caseOf([{ name: 'fast', kind: 'peer', rounds }]));
    assert.deepEqual(notes, [
      'fast: errors: 2 reset, 1 wrongBytes',
      'fast: the generator used 97 % of a core and may be what limits; this is a lower bound',
    ]);
  });

  it('warns when other programs kept the machine busy', () => {
    const rounds = [0.1, 0.9, 0.8].map((share, index) => roundOf(index + 1, 1000, { othersCpuShare: share }));
    const { notes } = caseTable(caseOf([{ name: 'a', kind: 'peer', rounds }]));
    assert.deepEqual(notes, [
      'other programs used 80 % of a core meanwhile: measure again on a quiet machine',
    ]);
  });

  it('remarks latencies that do not account for the clients’ time', () => {
    const { notes } = caseTable(caseOf([{ name: 'a', kind: 'peer', rounds: [roundOf(1, 500)] }]));
    assert.deepEqual(notes, ['a: rate × mean latency is 1.0 clients, not 2: some waited beyond the window']);
  });

  it('aligns figures for the terminal and rules off the head', () => {
    const lines = render(caseTable(caseOf([contenderOf('event-loop', [1000])])), 'terminal').split('\n');
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
  it('judge by the median of the ratios within rounds', () => {
    const contenders = [
      contenderOf('thread-per-client', [91, 95, 80]),
      contenderOf('c-pthread', [100, 100, 100]),
    ];
    const [bar] = barsOf(resultsOf({ cases: [caseOf(contenders, { clients: 16 })] }));
    assert.deepEqual(bar?.reached, { median: 0.91, min: 0.8, max: 0.95 });
    assert.equal(verdictOf(bar), 'reached');
    assert.deepEqual(barsTable([bar]).rows, [
      ['thread-per-client / c-pthread, echo, 16 clients', '≥ 0.9', '0.91 (0.80–0.95)', 'reached'],
    ]);
  });

  it('are missed from above where less is better', () => {
    const handOff = { connections: 100, medianMs: 0.061, p99Ms: 0.2, maxMs: 1 };
    const bar = barsOf(resultsOf({ handOff })).find(({ what }) => what.startsWith('hand-off'));
    assert.ok(bar);
    assert.equal(verdictOf(bar), 'missed');
    assert.equal(verdictOf({ ...bar, reached: { median: 60, min: 60, max: 60 } }), 'reached');
  });

  it('take the worst of three numbers of senders for p99, which has to be lower', () => {
    const cases = [1, 8, 32].map((senders) =>
      caseOf([contenderOf('event-loop', [100, 100]), contenderOf('c-pthread', [100, 100])], {
        ...{ scenario: 'fan-out', pattern: 'fan-out', senders },
      }),
    );
    const p99Of = (some: readonly CaseResult[]) =>
      barsOf(resultsOf({ cases: some })).find(({ what }) => what.startsWith('p99 of event-loop / c-pthread'));
    const bar = p99Of(cases);
    assert.deepEqual(bar?.reached, { median: 1, min: 1, max: 1 });
    assert.equal(verdictOf(bar), 'missed');
    assert.equal(p99Of(cases.slice(1))?.reached, undefined);
  });

  it('are not claimed where the run did not measure', () => {
    assert.ok(barsOf(resultsOf({})).every((bar) => verdictOf(bar) === 'not measured'));
  });
});

describe('the tables of hand-off and capacity', () => {
  it('give times and memory in readable units', () => {
    const handOff = handOffTable({ connections: 1500, medianMs: 0.042, p99Ms: 0.69, maxMs: 3.8 });
    assert.deepEqual(handOff.rows, [['thread-per-client', '1,500', '42.0 µs', '690 µs', '3.80 ms']]);
    const idle = { clients: 10_000, bytesPerClient: 9200, bytesPerClientAnswered: 11_040, answered: 9999 };
    const capacity = capacityTable({ idle, remarks: ['one was lost'] });
    assert.deepEqual(
      capacity.rows.map((row) => row.slice(1)),
      [
        ['10,000', '9.2 kB a client'],
        ['9,999', '11.0 kB a client'],
      ],
    );
    assert.deepEqual(capacity.notes, ['one was lost']);
  });
});
