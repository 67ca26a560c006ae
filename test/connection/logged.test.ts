import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Connection } from '../../src/connection/connection.js';
import { logged } from '../../src/connection/logged.js';
import { FakeConnection } from '../support/fake-connection.js';

function watched(connection: Connection) {
  const lines: [string, object][] = [];
  const log = { debug: (fields: object, message: string) => void lines.push([message, fields]) };
  return { connection: logged(connection, log), lines };
}

describe('a logged connection', () => {
  it('logs each message in and out and passes the bytes on', async () => {
    const inner = new FakeConnection([Buffer.from('one'), Buffer.from('three')], 'values');
    const { connection, lines } = watched(inner);
    assert.equal(Buffer.from(await connection.recv()).toString(), 'one');
    await connection.forEachChunk((chunk) => connection.sendAll(chunk));
    assert.equal(inner.sent, 'three');
    assert.deepEqual(lines, [
      ['received', { connection: 1, bytes: 3 }],
      ['received', { connection: 1, bytes: 5 }],
      ['sending', { connection: 1, bytes: 5 }],
    ]);
  });

  it('looks up the address of a client only on demand', () => {
    const gone = new FakeConnection([], 'values');
    Object.defineProperty(gone, 'peer', {
      get: () => {
        throw new Error('ENOTCONN');
      },
    });
    const { connection } = watched(gone);
    assert.throws(() => connection.peer, /ENOTCONN/);
  });
});
