import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Descendants } from '../support/descendants.js';
import { eventually } from '../support/eventually.js';
import { killAfter, spawnNode, temporaryDirectory } from '../support/handoff.js';

const GUARD = new URL('../../src/base/guard.js', import.meta.url).href;
const SLEEPER = 'setInterval(() => undefined, 1000)';
const SHELL = `${process.execPath} -e '${SLEEPER}' & ${process.execPath} -e '${SLEEPER}'`;
/** A process whose child has two children of its own. */
const PARENT = `
  import { guardDescendants } from ${JSON.stringify(GUARD)};
  import { spawn } from 'node:child_process';
  import { mkdtempSync } from 'node:fs';
  const directory = mkdtempSync(guardDescendants());
  spawn('sh', ['-c', ${JSON.stringify(SHELL)}], { detached: true, stdio: 'ignore' });
  process.on('SIGUSR2', () => process.exit());
  ${SLEEPER};
`;

describe('the guard', { skip: process.platform !== 'linux' && 'it needs /proc' }, () => {
  for (const signal of ['SIGKILL', 'SIGUSR2'] as const) {
    const how = signal === 'SIGKILL' ? 'is killed' : 'exits';
    it(`ends all descendants of a process that ${how}, then itself, and removes directories`, async (t) => {
      const temporary = join(temporaryDirectory(t), 'tmp');
      mkdirSync(temporary);
      const descendants = new Descendants();
      t.after(() => descendants.killAll());
      const args = ['--input-type=module', '-e', PARENT];
      const parent = spawnNode(args, { env: { ...descendants.env, TMPDIR: temporary } });
      killAfter(t, parent);
      // The parent, its guard, the shell and its children.
      await eventually('five processes', () => descendants.running().length === 5 || undefined);
      assert.equal(readdirSync(temporary).length, 1);
      parent.kill(signal);
      await eventually('the end of all', () => descendants.running().length === 0 || undefined);
      assert.deepEqual(readdirSync(temporary), []);
    });
  }
});
