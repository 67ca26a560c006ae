/** `handoff explain` as a process. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { coverPrograms } from '../support/environment.js';
import { runHandoff, temporaryDirectory } from '../support/handoff.js';

coverPrograms();

describe('handoff explain', { timeout: 60_000 }, () => {
  it('lists the models without an argument', async (t) => {
    const { status, stdout, stderr } = await runHandoff(t, ['explain']);
    assert.deepEqual([status, stderr], [0, '']);
    for (const name of MODEL_NAMES) assert.match(stdout, new RegExp(`^  ${name} +\\S`, 'm'));
  });

  it('prints the page of a model and says if there are no measurements', async (t) => {
    const results = temporaryDirectory(t);
    const { status, stdout, stderr } = await runHandoff(t, [
      'explain',
      'iterative',
      '--results',
      results,
    ]);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /^iterative: one client after the other/);
    assert.match(stdout, /No run on this machine has measured iterative yet/);
  });

  it('rejects an unknown model', async (t) => {
    const { status, stdout, stderr } = await runHandoff(t, ['explain', 'forking']);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /forking/);
  });
});
