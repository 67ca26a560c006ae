/**
 * The smallest and large messages against our own servers: each model reads and writes differently.
 */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { startGenerator, type Generator } from '../../../../bench/generator/handle.js';
import { noErrors } from '../../../../bench/generator/protocol/error-kinds.js';
import { isConcurrent, underEveryModel } from '../../../support/models.js';
import { startServer } from '../../../support/server.js';

const skip = process.platform !== 'linux' && 'epoll is Linux only';

underEveryModel('the load generator', (model) => {
  let generator: Generator | undefined;
  before(async () => {
    if (skip === false) generator = await startGenerator();
  });
  after(() => generator?.stop());

  it('gets echoes of one byte and of a megabyte', { skip }, async (test) => {
    const { port } = await startServer(test, { model, threads: { most: 2, warm: 2 } });
    for (const messageBytes of [1, 1_000_000]) {
      const clients = isConcurrent(model) ? 2 : 1;
      const result = await generator?.run({ port, clients, messageBytes, durationMs: 200 });
      assert.ok(result !== undefined);
      assert.deepEqual(result.errors, noErrors());
      assert.equal(result.clientsUnanswered, 0);
      assert.ok(result.requests > 0);
    }
  });
});
