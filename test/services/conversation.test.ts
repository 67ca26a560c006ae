import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectionLost } from '../../src/connection/connection.js';
import { converse } from '../../src/services/conversation.js';
import type { Service } from '../../src/services/service.js';
import { FakeConnection } from '../support/fake-connection.js';
import { DEFAULT_OPTIONS } from '../support/service-options.js';

async function conversation(serve: Service['serve'], debug = false) {
  const lines: [string, object][] = [];
  const write = (fields: object, message: string) => void lines.push([message, fields]);
  const connection = new FakeConnection([Buffer.from('a'), Buffer.from('b')], 'promises');
  const reason = await converse({ serve }, connection, {
    options: DEFAULT_OPTIONS,
    shared: undefined,
    log: { error: write, info: write, debug: write },
    debug,
  });
  return { reason, lines, connection };
}

describe('a conversation', () => {
  it('ends with the reason end when the service has read to the end of the stream', async () => {
    const { reason } = await conversation((connection) => connection.forEachChunk(() => undefined));
    assert.equal(reason, 'end');
  });

  it('ends with the reason done when the service returns before that', async () => {
    const { reason, connection } = await conversation(() => undefined);
    assert.equal(reason, 'done');
    assert.equal(connection.unreadChunks, 0, 'the connection was seen off');
  });

  it('ends with the reason of a lost client, which is not logged as an error', async () => {
    for (const why of ['reset', 'idle', 'stopped'] as const) {
      const { reason, lines } = await conversation(() =>
        Promise.reject<undefined>(new ConnectionLost(why)),
      );
      assert.equal(reason, why);
      assert.deepEqual(lines, []);
    }
  });

  it('logs what its service throws, synchronously or later, and never rejects', async () => {
    const err = new Error('a mistake');
    for (const serve of [
      () => {
        throw err;
      },
      () => Promise.reject(err),
    ]) {
      const { reason, lines } = await conversation(serve);
      assert.equal(reason, 'error');
      assert.deepEqual(lines, [['service failed', { connection: 1, err }]]);
    }
  });

  it('has a debug line for each message if that is on', async () => {
    const { lines } = await conversation(
      (connection) => connection.forEachChunk((chunk) => connection.sendAll(chunk)),
      true,
    );
    assert.deepEqual(
      lines.map(([message]) => message),
      ['received', 'sending', 'received', 'sending'],
    );
  });
});
