/**
 * The blocking connection alone, over a socketpair. Its behaviour with services is tested in
 * ../contracts/.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BlockingConnection } from '../../src/connection/blocking.js';
import { ConnectionLost } from '../../src/connection/connection.js';
import { addressOf } from '../../src/base/libc/call.js';
import { MSG_DONTWAIT, recv } from '../../src/base/libc/socket.js';
import { openSocketpair } from '../support/socketpair.js';

/** Short, since this client neither keeps sending nor closes. */
const PATIENCE_MS = 20;

describe('a blocking connection', { timeout: 20_000 }, () => {
  it('leaves nothing unread when it has finished, since closing would then send a reset', (t) => {
    const [own, partner] = openSocketpair(t);
    const client = new BlockingConnection(1, partner, { bytesIn: 0, bytesOut: 0 });
    for (const message of ['one', 'two', 'three']) client.sendAll(Buffer.from(message));
    const connection = new BlockingConnection(2, own, { bytesIn: 0, bytesOut: 0 });
    assert.equal(Buffer.from(connection.recv()).toString(), 'one');
    connection.sendAll(Buffer.from('answer'));
    connection.finish(PATIENCE_MS);
    assert.equal(Buffer.from(client.recv()).toString(), 'answer');
    assert.equal(client.recv().length, 0);
    const unread = Buffer.alloc(10);
    assert.equal(recv(own, addressOf(unread), unread.length, MSG_DONTWAIT), -1);
  });

  it('neither reads nor writes after its lease, though the descriptor may be open', (t) => {
    const [fd, partner] = openSocketpair(t);
    const client = new BlockingConnection(1, partner, { bytesIn: 0, bytesOut: 0 });
    const meter = { bytesIn: 0, bytesOut: 0 };
    const connection = new BlockingConnection(2, fd, meter);
    client.sendAll(Buffer.from('first'));
    assert.equal(Buffer.from(connection.recv()).toString(), 'first');
    connection.sendAll(Buffer.from('mine'));
    assert.equal(Buffer.from(client.recv()).toString(), 'mine');
    client.sendAll(Buffer.from('second'));

    connection.release();
    assert.throws(() => connection.sendAll(Buffer.from('not mine')), ConnectionLost);
    assert.throws(() => connection.recv(), ConnectionLost);
    assert.deepEqual(meter, { bytesIn: 5, bytesOut: 4 });
    // The next bytes each way are those of the descriptor's next connection.
    const other = new BlockingConnection(3, fd, { bytesIn: 0, bytesOut: 0 });
    assert.equal(Buffer.from(other.recv()).toString(), 'second');
    other.sendAll(Buffer.from('another'));
    assert.equal(Buffer.from(client.recv()).toString(), 'another');
  });

  it('says once that a client stays, when it is received from after its first request and end', (t) => {
    const [fd, partner] = openSocketpair(t);
    const client = new BlockingConnection(1, partner, { bytesIn: 0, bytesOut: 0 });
    let stays = 0;
    const onStay = () => stays++;
    const connection = new BlockingConnection(2, fd, { bytesIn: 0, bytesOut: 0 }, { onStay });
    const seen = Array.from({ length: 4 }, () => {
      client.sendAll(Buffer.from('x'));
      connection.recv();
      return [stays, connection.hasStayed];
    });
    assert.deepEqual(seen, [
      [0, false],
      [0, false],
      [1, true],
      [1, true],
    ]);
  });
});
