import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Room } from '../../src/shared/chat/room.js';
import { ClientMember } from '../../src/shared/client-member.js';
import { atEndOfTurn, endOfTurn } from '../../src/shared/turn.js';
import type { Cleanup } from '../support/server.js';

/** Collects unhandled rejections until the end of the test, which would otherwise fail by them. */
function collectRejections(t: Cleanup): unknown[] {
  const rejections: unknown[] = [];
  const listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (error) => void rejections.push(error));
  t.after(() => {
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);
  });
  return rejections;
}

describe('the end of a turn', () => {
  it('runs each duty once, in the order of the first requests', async () => {
    const done: string[] = [];
    const first = () => void done.push('first');
    const second = () => void done.push('second');
    atEndOfTurn(first);
    atEndOfTurn(second);
    atEndOfTurn(first);
    assert.deepEqual(done, []);
    await endOfTurn();
    assert.deepEqual(done, ['first', 'second']);
    await endOfTurn();
    assert.deepEqual(done, ['first', 'second']);
  });

  it('leaves a duty that is requested meanwhile to the next turn', async () => {
    const done: string[] = [];
    atEndOfTurn(() => atEndOfTurn(() => void done.push('later')));
    await endOfTurn();
    assert.deepEqual(done, []);
    await endOfTurn();
    assert.deepEqual(done, ['later']);
  });

  it('runs all other duties when one throws, whose error becomes an unhandled rejection', async (t) => {
    const rejections = collectRejections(t);
    const done: string[] = [];
    const failure = new Error('this delivery failed');
    atEndOfTurn(() => void done.push('before'));
    atEndOfTurn(() => {
      throw failure;
    });
    atEndOfTurn(() => void done.push('after'));
    await endOfTurn();
    assert.deepEqual(done, ['before', 'after']);
    await endOfTurn();
    assert.deepEqual(rejections, [failure]);
  });
});

describe('a member', () => {
  const recorder = () => {
    const events: string[] = [];
    const member = new ClientMember(1, {
      deliver: (bytes) => void events.push(Buffer.from(bytes).toString()),
      disconnect: () => void events.push('dismissed'),
    });
    return { events, member };
  };

  it('gets what is delivered in one turn in one send', async () => {
    const { events, member } = recorder();
    member.deliver('žluť ');
    member.deliverBytes('\u00c5\u00a1');
    await endOfTurn();
    member.deliver('next');
    await endOfTurn();
    assert.deepEqual(events, ['žluť š', 'next']);
  });

  it('gets a broadcast although the delivery to another member fails', async (t) => {
    const rejections = collectRejections(t);
    const { events, member } = recorder();
    const failing = new ClientMember(2, {
      deliver: () => assert.fail('no delivery'),
      disconnect: () => undefined,
    });
    const room = new Room('lobby', 0);
    for (const [name, to] of [
      ['failing', failing],
      ['working', member],
    ] as const) {
      room.add({ name, member: to, send: (line) => to.deliver(line), kick: () => undefined });
    }
    room.broadcast('hi');
    await endOfTurn();
    assert.deepEqual(events, ['hi\n']);
    await endOfTurn();
    assert.equal(rejections.length, 1);
  });

  it('gets its last deliveries before it is disconnected', async () => {
    const { events, member } = recorder();
    member.deliver('sorry');
    member.disconnect();
    await endOfTurn();
    assert.deepEqual(events, ['sorry', 'dismissed']);
  });
});
