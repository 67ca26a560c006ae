/** The expiring map: how many entries it holds, and for how long. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ExpiringMap } from '../../src/base/expiring-map.js';

describe('an expiring map', () => {
  it('keeps an entry for its lifetime after the last set, and no longer', () => {
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

  it('drops expired entries, also those that are never looked up', () => {
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

  it('holds a bounded number of entries and drops the oldest', () => {
    const map = new ExpiringMap({ max: 2, ttlMs: 100, nowMs: () => 0 });
    map.set('a', 1);
    map.set('b', 2);
    map.set('a', 3);
    map.set('c', 4);
    assert.deepEqual([map.get('a'), map.get('b'), map.get('c')], [3, undefined, 4]);
  });

  it('needs no space for undefined values', () => {
    const map = new ExpiringMap({ max: 2, ttlMs: 100, nowMs: () => 0 });
    map.set('a', 1);
    map.set('a', undefined);
    map.set('b', undefined);
    assert.equal(map.size, 0);
  });
});
