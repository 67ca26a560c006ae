/** A server changes no setting of the whole process. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import { startServer } from '../support/server.js';

describe('a server with many threads', () => {
  it('sets no flag of V8 in a process that is not its own', async (t) => {
    await startServer(t, { model: 'thread-per-client', threads: { most: 1000 } });
    assert.equal(runInNewContext('typeof gc'), 'undefined');
  });
});
