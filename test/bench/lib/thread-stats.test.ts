/** Threads and processes by /proc: what they did, and who is a worker. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { treeOf } from '../../../bench/lib/process-tree.js';
import { sampleThreads, workBetween } from '../../../bench/lib/thread-stats.js';

const skip = process.platform !== 'linux' && 'needs /proc';

const thread = (pid: number, isMain: boolean, ranMs: number, voluntary = 0) => ({
  ...{ pid, isMain, ranNs: ranMs * 1e6, waitedNs: 0, voluntary, involuntary: 1 },
});

describe('work of threads', () => {
  it('counts what was done between the samples, and new threads from their start', () => {
    const before = new Map([[1, thread(1, true, 5, 10)]]);
    const after = new Map([
      [1, thread(1, true, 7, 13)],
      [2, thread(1, false, 4, 2)],
    ]);
    const { ranNs, voluntary, involuntary } = workBetween(before, after, 1);
    assert.deepEqual([ranNs, voluntary, involuntary], [6e6, 5, 1]);
  });

  it('takes all threads but the main one as workers, the busiest first', () => {
    const before = new Map([[1, thread(1, true, 0)]]);
    const after = new Map([
      [1, thread(1, true, 9)],
      [2, thread(1, false, 1)],
      [3, thread(1, false, 3)],
    ]);
    assert.deepEqual(workBetween(before, after, 1).workersNs, [3e6, 1e6]);
  });

  it('takes the processes but the first as workers where there are several', () => {
    const after = new Map([
      [1, thread(1, true, 9)],
      [2, thread(1, false, 9)],
      [10, thread(10, true, 3)],
      [11, thread(10, false, 2)],
    ]);
    assert.deepEqual(workBetween(new Map(), after, 1).workersNs, [5e6]);
  });

  it('samples every thread of a process', { skip }, () => {
    const samples = sampleThreads([process.pid]);
    assert.ok(samples !== undefined && samples.size > 1);
    assert.ok((samples.get(process.pid)?.ranNs ?? 0) > 0);
    assert.equal([...samples.values()].filter(({ isMain }) => isMain).length, 1);
  });

  it('gives no sample of processes that do not exist', { skip }, () => {
    assert.equal(sampleThreads([]), undefined);
    assert.equal(sampleThreads([2 ** 22 + 1]), undefined);
  });
});

describe('a tree of processes', { skip }, () => {
  it('has the root and all descendants, and nothing else', async (test) => {
    const shell = spawn('/bin/sh', ['-c', 'sh -c "echo up; read line; true"; true'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    test.after(() => shell.kill());
    await once(shell.stdout, 'data');
    const tree = treeOf(shell.pid ?? 0);
    assert.equal(tree[0], shell.pid);
    assert.ok(tree.length >= 2, String(tree));
    assert.ok(!tree.includes(process.pid));
    assert.ok(treeOf(process.pid).includes(tree.at(-1) ?? 0));
    shell.stdin.end();
  });

  it('is empty for a process that does not exist', () => {
    assert.deepEqual(treeOf(2 ** 22 + 1), []);
  });
});
