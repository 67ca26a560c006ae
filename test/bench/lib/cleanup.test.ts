/**
 * An interrupted bench: what it prints, how it ends, and that it leaves nothing behind.
 * test/faults/bench-ends.test.ts has every contender, and the demonstration.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import type { BenchResults } from '../../../bench/analysis/results.js';
import { Descendants } from '../../support/descendants.js';
import { eventually } from '../../support/eventually.js';
import { temporaryDirectory, watchHandoff } from '../../support/handoff.js';

const BOUND_MS = 60_000;

describe('an interrupted bench', { timeout: BOUND_MS }, () => {
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`leaves no process and no directory behind after ${signal}, and saves its results`, async (t) => {
      const { temporary, output, bench, descendants, untilServing } = startBench(t);
      await saying(bench.child.stderr, 'bench: hand-off');
      await untilServing();
      bench.child.kill(signal);
      const outcome = await bench.outcome;
      assert.equal(outcome.status, status);
      assert.deepEqual(readdirSync(temporary), []);
      await eventually('the end of all processes', () => isEmpty(descendants.running()));
      const [file = ''] = readdirSync(output);
      const { experiments } = JSON.parse(readFileSync(join(output, file), 'utf8')) as BenchResults;
      assert.deepEqual(
        experiments.map(({ name, failed }) => [name, failed]),
        [['control', undefined]],
      );
      assert.ok(
        outcome.stderr.includes(`One finished experiment is saved in ${join(output, file)}`),
      );
      assert.equal(outcome.stdout, '');
    });
  }

  it('leaves no process and no directory behind after SIGKILL', async (t) => {
    const { temporary, bench, descendants, untilServing } = startBench(t);
    await saying(bench.child.stderr, 'bench: hand-off');
    await untilServing();
    bench.child.kill('SIGKILL');
    await bench.outcome;
    await eventually('the end of all processes', () => isEmpty(descendants.running()));
    assert.deepEqual(readdirSync(temporary), []);
  });

  it('reports that nothing is saved if no experiment is finished', async (t) => {
    const { output, bench } = startBench(t);
    await saying(bench.child.stderr, 'bench: control');
    bench.child.kill('SIGINT');
    const { status, stderr } = await bench.outcome;
    assert.equal(status, 130);
    assert.match(stderr, /nothing is saved/);
    assert.deepEqual(readdirSync(output), []);
  });
});

function startBench(t: Parameters<typeof temporaryDirectory>[0]) {
  const directory = temporaryDirectory(t);
  const [temporary, output] = [join(directory, 'tmp'), join(directory, 'results')];
  mkdirSync(temporary);
  const args = ['--scenario', 'hand-off', '--rounds', '1', '--duration', '15', '--output', output];
  const descendants = new Descendants();
  // Other tests cover what its servers run.
  const env = { ...descendants.env, TMPDIR: temporary, NODE_V8_COVERAGE: '' };
  const bench = watchHandoff(t, ['bench', ...args], { env });
  const untilServing = () =>
    eventually('the server and its log', () => {
      const [directory] = readdirSync(temporary);
      if (directory === undefined || isEmpty(readdirSync(join(temporary, directory)))) return;
      return descendants.running().find(({ command }) => command.includes(' serve '));
    });
  return { temporary, output, bench, descendants, untilServing };
}

async function saying(stream: Readable, text: string): Promise<void> {
  let said = '';
  while (!said.includes(text)) said += String((await once(stream, 'data'))[0]);
}

function isEmpty(list: readonly unknown[]): true | undefined {
  return list.length === 0 || undefined;
}
