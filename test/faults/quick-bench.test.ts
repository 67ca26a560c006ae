import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { BenchResults } from '../../bench/analysis/results.js';
import { scenarios } from '../../bench/scenarios/all.js';
import { runHandoff, temporaryDirectory } from '../support/handoff.js';

const BOUND_MS = 150_000;

describe('a quick run of the bench', { timeout: BOUND_MS }, () => {
  it('measures all its experiments, and saves results, page and pictures', async (t) => {
    const directory = temporaryDirectory(t);
    const args = ['bench', '--rounds', '1', '--duration', '15', '--json', '--output', directory];
    // The servers' code is covered by their own tests.
    const { status, stdout, stderr } = await runHandoff(t, args, { env: { NODE_V8_COVERAGE: '' } });
    assert.equal(status, 0, stderr);
    const { experiments } = JSON.parse(stdout) as BenchResults;
    const wanted = scenarios.filter(({ partOf }) => partOf === 'quick');
    assert.deepEqual(
      experiments.map(({ name }) => name),
      wanted.map(({ name }) => name),
    );
    for (const [index, experiment] of experiments.entries()) {
      assert.ok(experiment.cases.length > 0, experiment.name);
      for (const { name, skipped, rounds } of experiment.cases.flatMap((one) => one.contenders)) {
        assert.ok(
          skipped !== undefined || rounds.length > 0,
          `${experiment.name}: ${name} has no round`,
        );
      }
      assert.notEqual(wanted[index]?.seen(experiment), '');
    }
    const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
    const json = files.filter((file) => file.endsWith('.json'));
    assert.equal(json.length, 1);
    assert.equal(readFileSync(join(directory, json[0] ?? ''), 'utf8'), stdout);
    assert.ok(files.some((file) => file.endsWith('report.html')));
    assert.ok(files.some((file) => file.endsWith('echo-rate.svg')));
  });
});
