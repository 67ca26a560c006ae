/** Cores of their own for server and generator. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { allowedCores, coresIn, pinning, withPinned } from '../../../bench/lib/pinning.js';

const division = pinning();
const skip = 'missing' in division && division.missing;

describe('pinning', () => {
  it('reads the list of cores of the kernel', () => {
    assert.deepEqual(coresIn('0-2,5'), [0, 1, 2, 5]);
    assert.deepEqual(coresIn('3'), [3]);
    assert.deepEqual(coresIn(''), []);
  });

  it('gives the generator the last core, and servers all others', { skip }, () => {
    assert.ok(!('missing' in division));
    const cores = allowedCores();
    assert.equal(division.generatorCore, String(cores.at(-1)));
    assert.equal(division.serverCores, cores.slice(0, -1).join(','));
  });

  it('binds a process while the work runs, and frees it afterwards', { skip }, async (test) => {
    assert.ok(!('missing' in division));
    const { generatorCore } = division;
    const child = spawn('sleep', ['60']);
    test.after(() => child.kill());
    const { pid = 0 } = child;
    const coresOfChild = () =>
      /^Cpus_allowed_list:\s+(\S+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    const before = coresOfChild();
    const during = await withPinned(pid, generatorCore, () => Promise.resolve(coresOfChild()));
    assert.equal(during, generatorCore);
    assert.equal(coresOfChild(), before);
  });

  it('fails for a core that does not exist', { skip }, async () => {
    const work = () => Promise.resolve();
    await assert.rejects(withPinned(process.pid, '4000', work), /cannot pin process/);
  });
});
