import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClientMember } from '../../src/shared/client-member.js';
import { atEndOfTurn, endOfTurn } from '../../src/shared/turn.js';

describe('the end of a turn', () => {
  it('does each duty once, in the order of first asking', async () => {
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

  it('leaves a duty that comes up meanwhile to the next one', async () => {
    const done: string[] = [];
    atEndOfTurn(() => atEndOfTurn(() => void done.push('later')));
    await endOfTurn();
    assert.deepEqual(done, []);
    await endOfTurn();
    assert.deepEqual(done, ['later']);
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

  it('gets its last words before it is dismissed', async () => {
    const { events, member } = recorder();
    member.deliver('sorry');
    member.disconnect();
    await endOfTurn();
    assert.deepEqual(events, ['sorry', 'dismissed']);
  });
});
