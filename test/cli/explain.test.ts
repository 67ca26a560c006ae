import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { runHandoff, temporaryDirectory } from '../support/handoff.js';

describe('handoff explain', { timeout: 60_000 }, () => {
  it('lists the models if none is named', async (t) => {
    const { status, stdout, stderr } = await runHandoff(t, ['explain']);
    assert.deepEqual([status, stderr], [0, '']);
    for (const name of MODEL_NAMES) assert.match(stdout, new RegExp(`^  ${name} +\\S`, 'm'));
  });

  it('tells of a model, and where nothing has been measured says so', async (t) => {
    const results = temporaryDirectory(t);
    const { status, stdout, stderr } = await runHandoff(t, ['explain', 'iterative', '--results', results]);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /^iterative: one client after the other/);
    assert.match(stdout, /No run on this machine has measured iterative yet/);
  });

  it('refuses a model that there is not', async (t) => {
    const { status, stdout, stderr } = await runHandoff(t, ['explain', 'forking']);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /forking/);
  });
});
