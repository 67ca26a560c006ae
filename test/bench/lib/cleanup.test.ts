/** An interrupted bench: what it prints, how it ends, and that it leaves nothing behind. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import type { BenchResults } from '../../../bench/analysis/results.js';
import { eventually } from '../../support/eventually.js';
import { temporaryDirectory, watchHandoff } from '../../support/handoff.js';

const BOUND_MS = 60_000;

describe('an interrupted bench', { timeout: BOUND_MS }, () => {
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`leaves no process and no directory behind after ${signal}, and saves its results`, async (t) => {
      const { temporary, output, bench } = startBench(t);
      await saying(bench.child.stderr, 'bench: hand-off');
      const processes = await eventually('the generator, the server and its log', () => {
        const [directory] = readdirSync(temporary);
        const hasLog =
          directory !== undefined && readdirSync(join(temporary, directory)).length > 0;
        const found = childrenOf(bench.child.pid);
        return hasLog && found.length === 2 ? found : undefined;
      });
      bench.child.kill(signal);
      const outcome = await bench.outcome;
      assert.equal(outcome.status, status);
      assert.deepEqual(processes.filter(isAlive), []);
      assert.deepEqual(readdirSync(temporary), []);
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
  // Other tests cover what its servers run.
  const env = { TMPDIR: temporary, NODE_V8_COVERAGE: '' };
  return { temporary, output, bench: watchHandoff(t, ['bench', ...args], { env }) };
}

async function saying(stream: Readable, text: string): Promise<void> {
  let said = '';
  while (!said.includes(text)) said += String((await once(stream, 'data'))[0]);
}

function childrenOf(parent: number | undefined): number[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    return parentOf(entry) === parent ? [Number(entry)] : [];
  });
}

/** Undefined for a process that has ended. */
function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name before it is in brackets and may contain spaces.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  return parentOf(String(pid)) !== undefined;
}
