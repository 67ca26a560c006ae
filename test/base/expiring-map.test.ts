/** What is remembered of addresses: so many, for so long. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ExpiringMap } from '../../src/base/expiring-map.js';

describe('memories', () => {
  it('last for their time after the last message, and no longer', () => {
    let nowMs = 1000;
    const map = new ExpiringMap({ max: 10, ttlMs: 300_000, nowMs: () => nowMs });
    map.set('a', 'first');
    nowMs += 299_999;
    assert.equal(map.get('a'), 'first');
    map.set('a', 'second');
    nowMs += 299_999;
    assert.equal(map.get('a'), 'second');
    nowMs += 1;
    assert.equal(map.get('a'), undefined);
    assert.equal(map.size, 0);
  });

  it('go with the time also when nobody asks for them', () => {
    let nowMs = 0;
    const map = new ExpiringMap({ max: 10, ttlMs: 100, nowMs: () => nowMs });
    for (const client of ['a', 'b', 'c']) {
      map.set(client, client);
      nowMs += 40;
    }
    assert.equal(map.get('d'), undefined);
    assert.equal(map.size, 2);
    assert.deepEqual([map.get('a'), map.get('b')], [undefined, 'b']);
  });

  it('are of so many at the most: who has been silent longest is forgotten', () => {
    const map = new ExpiringMap({ max: 2, ttlMs: 100, nowMs: () => 0 });
    map.set('a', 1);
    map.set('b', 2);
    map.set('a', 3);
    map.set('c', 4);
    assert.deepEqual([map.get('a'), map.get('b'), map.get('c')], [3, undefined, 4]);
  });

  it('take no place when there is nothing to remember', () => {
    const map = new ExpiringMap({ max: 2, ttlMs: 100, nowMs: () => 0 });
    map.set('a', 1);
    map.set('a', undefined);
    map.set('b', undefined);
    assert.equal(map.size, 0);
  });
});
