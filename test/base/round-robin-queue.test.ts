/** The round-robin queue: the items of a key in order, one at a time, and turns among the keys. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RoundRobinQueue } from '../../src/base/round-robin-queue.js';
import { runs } from '../properties/arbitraries.js';

describe('a round-robin queue', () => {
  it('gives one item of each key, and the next one only after the release', () => {
    const queue = new RoundRobinQueue<string>();
    for (const item of ['a1', 'a2', 'a3', 'b1']) queue.put(item[0] ?? '', item);
    assert.equal(queue.waiting, 4);
    assert.deepEqual([queue.take(), queue.take(), queue.take()], ['a1', 'b1', undefined]);
    queue.release('b');
    assert.equal(queue.take(), undefined);
    queue.release('a');
    assert.deepEqual([queue.take(), queue.take()], ['a2', undefined]);
    assert.equal(queue.waiting, 1);
  });

  it('gives a key with few items its turn before the rest of a key with many', () => {
    const queue = new RoundRobinQueue<string>();
    for (const item of ['a1', 'a2', 'b1', 'c1']) queue.put(item[0] ?? '', item);
    const taken = [];
    for (let item = queue.take(); item !== undefined; item = queue.take()) {
      taken.push(item);
      queue.release(item[0] ?? '');
    }
    assert.deepEqual(taken, ['a1', 'b1', 'c1', 'a2']);
  });

  it('drops waiting items, but keeps taken ones until their release', () => {
    const queue = new RoundRobinQueue<string>();
    for (const item of ['a1', 'a2', 'b1']) queue.put(item[0] ?? '', item);
    assert.equal(queue.take(), 'a1');
    assert.equal(queue.clear(), 2);
    queue.put('a', 'a3');
    assert.deepEqual([queue.waiting, queue.take()], [1, undefined]);
    queue.release('a');
    assert.equal(queue.take(), 'a3');
  });

  it('loses no item and keeps the order of each key, in any sequence of calls', () => {
    const step = fc.oneof(
      fc.record({ put: fc.constantFrom('a', 'b', 'c') }),
      fc.constant('take' as const),
      fc.record({ release: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const queue = new RoundRobinQueue<[client: string, number: number]>();
        const [put, taken, working] = [
          new Map<string, number>(),
          new Map<string, number>(),
          [] as string[],
        ];
        const take = () => {
          const [client, number] = queue.take() ?? [];
          if (client === undefined || number === undefined) return false;
          assert.ok(!working.includes(client));
          assert.equal(number, taken.get(client) ?? 0);
          taken.set(client, number + 1);
          working.push(client);
          return true;
        };
        const release = (which: number) => {
          const [client] = working.splice(which % (working.length || 1), 1);
          if (client !== undefined) queue.release(client);
          return client !== undefined;
        };
        for (const doing of steps) {
          if (doing === 'take') take();
          else if ('release' in doing) release(doing.release);
          else {
            const number = put.get(doing.put) ?? 0;
            put.set(doing.put, number + 1);
            queue.put(doing.put, [doing.put, number]);
          }
        }
        while (take() || release(0));
        assert.equal(queue.waiting, 0);
        assert.deepEqual([...taken].sort(), [...put].sort());
      }),
      runs(100),
    );
  });
});
