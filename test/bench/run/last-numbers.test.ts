import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ExperimentResult } from '../../../bench/analysis/experiment.js';
import { wrap } from '../../../src/base/wrap.js';
import { lastNumbers } from '../../../bench/run/last-numbers.js';
import { FORMAT, type BenchResults } from '../../../bench/analysis/results.js';
import { temporaryDirectory } from '../../support/handoff.js';
import { caseOf, contenderOf } from '../../support/bench/samples.js';

function experimentOf(name: string, cases: readonly string[], rate: number): ExperimentResult {
  const contenders = [
    contenderOf('event-loop', [1000, 1000, 1000]),
    contenderOf('iterative', [rate, rate, rate]),
  ];
  return { name, cases: cases.map((one) => caseOf(contenders, { name: one })), remarks: [] };
}

function save(directory: string, day: string, ...experiments: readonly ExperimentResult[]): void {
  const results: BenchResults = {
    format: FORMAT,
    startedAt: `${day}T03:04:05.000Z`,
    durationMs: 1000,
    machine: { cpu: 'a processor', cores: 2, memoryBytes: 1e9, kernel: 'linux 6', arch: 'x64' },
    versions: { node: 'v20.20.0', packages: {} },
    options: { peers: false, rounds: 3, roundMs: 1000 },
    experiments,
  };
  writeFileSync(join(directory, `${day}.json`), JSON.stringify(results));
}

describe('the latest numbers of a model', () => {
  it('explain how to measure if there are none', (t) => {
    const directory = temporaryDirectory(t);
    const nothing = /^No run on this machine has measured iterative yet\.\n`make bench` /;
    assert.match(lastNumbers('iterative', directory), nothing);
    assert.match(lastNumbers('iterative', join(directory, 'not-there')), nothing);
    save(directory, '2026-01-01', experimentOf('echo', ['16 clients'], 500));
    assert.match(
      lastNumbers('thread-per-client', directory),
      /^No run on this machine has measured thread/,
    );
  });

  it('come from the newest run of each experiment, with its date', (t) => {
    const directory = temporaryDirectory(t);
    const both = [
      experimentOf('churn', ['64 clients'], 300),
      experimentOf('echo', ['64 clients'], 400),
    ];
    save(directory, '2026-01-01', ...both);
    save(
      directory,
      '2026-01-02',
      experimentOf('echo', ['1 client', '16 clients', '64 clients'], 500),
    );
    const lines = lastNumbers('iterative', directory).split('\n');
    assert.match(lines[0] ?? '', /a processor, 2 cores, Node v20\.20\.0/);
    assert.deepEqual(
      lines.slice(3).map((line) => line.trim().split(/ {2,}/)),
      [
        ['echo, 1 client', 'requests/s 500', '0.50', '2026-01-02'],
        ['echo, 64 clients', 'requests/s 500', '0.50', '2026-01-02'],
        ['churn, 64 clients', 'requests/s 300', '0.30', '2026-01-01'],
      ],
    );
  });

  it('are a list where the table is too wide, without a loss', (t) => {
    const directory = temporaryDirectory(t);
    save(directory, '2026-01-01', experimentOf('echo', ['64 clients'], 500));
    const lines = lastNumbers('iterative', directory, 50).split('\n');
    for (const line of lines) assert.ok(line.length <= 50, line);
    const title = lines.slice(
      0,
      lines.findIndex((line) => line.startsWith(' ')),
    );
    assert.deepEqual(title, wrap(title.join(' '), 50));
    assert.ok(title.length > 1 && title.at(-1)?.endsWith('):'), title.join('\n'));
    assert.match(
      lines.join(' ').replace(/\s+/g, ' '),
      /echo, 64 clients: requests\/s 500; of event-loop 0\.50; on 2026-01-01/,
    );
    assert.equal(lastNumbers('iterative', directory, 200), lastNumbers('iterative', directory));
  });

  it('have no ratio to themselves', (t) => {
    const directory = temporaryDirectory(t);
    save(directory, '2026-01-01', experimentOf('echo', ['64 clients'], 500));
    const text = lastNumbers('event-loop', directory);
    assert.match(text, /echo, 64 clients +requests\/s 1,000 +2026-01-01/);
    assert.doesNotMatch(text, /of event-loop/);
  });

  it('skip files that are not results', (t) => {
    const directory = temporaryDirectory(t);
    save(directory, '2026-01-01', experimentOf('echo', ['64 clients'], 500));
    writeFileSync(join(directory, '2026-01-03.json'), '{"format":2,"experim');
    writeFileSync(join(directory, '2026-01-04.json'), '{"format":1}');
    writeFileSync(join(directory, '2026-01-05.json'), 'null');
    mkdirSync(join(directory, '2026-01-06'));
    assert.match(lastNumbers('iterative', directory), /echo, 64 clients/);
  });
});
