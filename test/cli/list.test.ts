/** The lists of services and models, and the help. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { HAND_OFF_WAYS } from '../../src/serving/hand-off.js';
import { listServices } from '../../src/services/catalogue.js';
import { coverPrograms } from '../support/environment.js';
import { runHandoff } from '../support/handoff.js';

coverPrograms();

describe('handoff', { timeout: 60_000, concurrency: 4 }, () => {
  it('lists its services with their ports', async (t) => {
    const { status, stdout, stderr } = await runHandoff(t, ['services']);
    assert.deepEqual([status, stderr], [0, '']);
    for (const { name, port } of listServices())
      assert.match(stdout, new RegExp(`^${name} +${port} `, 'm'));
  });

  it('lists its models', async (t) => {
    const { status, stdout, stderr } = await runHandoff(t, ['models']);
    assert.deepEqual([status, stderr], [0, '']);
    for (const name of MODEL_NAMES) assert.match(stdout, new RegExp(`^${name} +\\S`, 'm'));
    for (const way of HAND_OFF_WAYS)
      assert.match(stdout, new RegExp(`^${way} +thread-per-client\\b.* \\S`, 'm'));
  });

  for (const [args, expected] of [
    [['--help'], ['serve <service>', 'connect [service]', 'services', 'models', 'completion']],
    [
      ['serve', '--help'],
      ['--threads', '--overflow', '--grace', '--idle-timeout', '--log-file', 'Examples'],
    ],
    [
      ['connect', '--help'],
      ['--host', '--port', '--socket', 'Examples'],
    ],
  ] as const) {
    it(`prints the help: handoff ${args.join(' ')}`, async (t) => {
      const { status, stdout, stderr } = await runHandoff(t, args);
      assert.deepEqual([status, stderr], [0, '']);
      for (const text of expected) assert.ok(stdout.includes(text), text);
    });
  }

  it('prints its version', async (t) => {
    const { status, stdout } = await runHandoff(t, ['--version']);
    assert.equal(status, 0);
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  });
});
