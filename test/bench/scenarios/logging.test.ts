import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BacklogClients } from '../../../bench/scenarios/backlog-clients.js';
import { logging } from '../../../bench/scenarios/logging.js';
import { variant } from '../../../bench/contenders/models.js';
import { temporaryDirectory } from '../../support/handoff.js';
import { caseOf, contenderOf } from '../../support/bench/samples.js';

describe('the finding about logs', () => {
  it('is the rate with each kind of log relative to no log, per model', () => {
    const cases = [
      caseOf(
        [
          contenderOf('no log', [100, 100, 100, 100, 100]),
          contenderOf('per request', [50, 50, 50, 50, 50]),
        ],
        { name: 'a' },
      ),
      caseOf([contenderOf('no log', []), contenderOf('per request', [50])], { name: 'b' }),
    ];
    assert.equal(
      logging.seen({ name: 'logging', cases, remarks: [] }),
      'a: requests/s of per request 0.50 of no log (lower).',
    );
  });
});

describe('a variant of a model', { timeout: 60_000 }, () => {
  it('logs connections with --log-connections, and has the needed threads', async (t) => {
    const log = join(temporaryDirectory(t), 'log');
    const it = variant('thread-per-client', 'logging', ['--log-connections', '--log-file', log]);
    assert.equal(it.kind, 'variant');
    const server = await it.start({ clients: 3, threads: 1 });
    try {
      const clients = new BacklogClients(server.port, 3);
      await clients.done;
      assert.ok(clients.attempts.every(({ answeredAtMs }) => answeredAtMs !== undefined));
    } finally {
      await server.stop();
    }
    const lines = (await readFile(log, 'utf8')).trim().split('\n');
    const count = (message: string) =>
      lines.filter((line) => (JSON.parse(line) as { msg: string }).msg === message).length;
    assert.deepEqual([count('thread started'), count('accepted'), count('closed')], [1, 3, 3]);
  });
});
