/** Whose turn it is: each client's messages in their order, one at a time, and the clients in turns. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Lanes } from '../../src/datagrams/lanes.js';
import { runs } from '../properties/arbitraries.js';

describe('lanes', () => {
  it('give one item of each client, and its next one only after its release', () => {
    const lanes = new Lanes<string>();
    for (const item of ['a1', 'a2', 'a3', 'b1']) lanes.put(item[0] ?? '', item);
    assert.equal(lanes.waiting, 4);
    assert.deepEqual([lanes.take(), lanes.take(), lanes.take()], ['a1', 'b1', undefined]);
    lanes.release('b');
    assert.equal(lanes.take(), undefined);
    lanes.release('a');
    assert.deepEqual([lanes.take(), lanes.take()], ['a2', undefined]);
    assert.equal(lanes.waiting, 1);
  });

  it('let a client with many wait for one with few', () => {
    const lanes = new Lanes<string>();
    for (const item of ['a1', 'a2', 'b1', 'c1']) lanes.put(item[0] ?? '', item);
    const taken = [];
    for (let item = lanes.take(); item !== undefined; item = lanes.take()) {
      taken.push(item);
      lanes.release(item[0] ?? '');
    }
    assert.deepEqual(taken, ['a1', 'b1', 'c1', 'a2']);
  });

  it('forget what waits, but not who is being worked on', () => {
    const lanes = new Lanes<string>();
    for (const item of ['a1', 'a2', 'b1']) lanes.put(item[0] ?? '', item);
    assert.equal(lanes.take(), 'a1');
    assert.equal(lanes.clear(), 2);
    lanes.put('a', 'a3');
    assert.deepEqual([lanes.waiting, lanes.take()], [1, undefined]);
    lanes.release('a');
    assert.equal(lanes.take(), 'a3');
  });

  it('lose nothing and keep every client’s order, whatever comes when', () => {
    const step = fc.oneof(
      fc.record({ put: fc.constantFrom('a', 'b', 'c') }),
      fc.constant('take' as const),
      fc.record({ release: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const lanes = new Lanes<[client: string, number: number]>();
        const [put, taken, working] = [new Map<string, number>(), new Map<string, number>(), [] as string[]];
        const take = () => {
          const [client, number] = lanes.take() ?? [];
          if (client === undefined || number === undefined) return false;
          assert.ok(!working.includes(client));
          assert.equal(number, taken.get(client) ?? 0);
          taken.set(client, number + 1);
          working.push(client);
          return true;
        };
        const release = (which: number) => {
          const [client] = working.splice(which % (working.length || 1), 1);
          if (client !== undefined) lanes.release(client);
          return client !== undefined;
        };
        for (const doing of steps) {
          if (doing === 'take') take();
          else if ('release' in doing) release(doing.release);
          else {
            const number = put.get(doing.put) ?? 0;
            put.set(doing.put, number + 1);
            lanes.put(doing.put, [doing.put, number]);
          }
        }
        while (take() || release(0));
        assert.equal(lanes.waiting, 0);
        assert.deepEqual([...taken].sort(), [...put].sort());
      }),
      runs(100),
    );
  });
});
