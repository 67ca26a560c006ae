/** What is remembered of addresses: so many, for so long. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Memories } from '../../src/datagrams/memories.js';

describe('memories', () => {
  it('last for their time after the last message, and no longer', () => {
    let nowMs = 1000;
    const memories = new Memories({ most: 10, idleMs: 300_000, nowMs: () => nowMs });
    memories.keep('a', 'first');
    nowMs += 299_999;
    assert.equal(memories.of('a'), 'first');
    memories.keep('a', 'second');
    nowMs += 299_999;
    assert.equal(memories.of('a'), 'second');
    nowMs += 1;
    assert.equal(memories.of('a'), undefined);
    assert.equal(memories.count, 0);
  });

  it('go with the time also when nobody asks for them', () => {
    let nowMs = 0;
    const memories = new Memories({ most: 10, idleMs: 100, nowMs: () => nowMs });
    for (const client of ['a', 'b', 'c']) {
      memories.keep(client, client);
      nowMs += 40;
    }
    assert.equal(memories.of('d'), undefined);
    assert.equal(memories.count, 2);
    assert.deepEqual([memories.of('a'), memories.of('b')], [undefined, 'b']);
  });

  it('are of so many at the most: who has been silent longest is forgotten', () => {
    const memories = new Memories({ most: 2, idleMs: 100, nowMs: () => 0 });
    memories.keep('a', 1);
    memories.keep('b', 2);
    memories.keep('a', 3);
    memories.keep('c', 4);
    assert.deepEqual([memories.of('a'), memories.of('b'), memories.of('c')], [3, undefined, 4]);
  });

  it('take no place when there is nothing to remember', () => {
    const memories = new Memories({ most: 2, idleMs: 100, nowMs: () => 0 });
    memories.keep('a', 1);
    memories.keep('a', undefined);
    memories.keep('b', undefined);
    assert.equal(memories.count, 0);
  });
});
