import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ByteQueue } from '../../src/connection/byte-queue.js';
import { Random } from '../support/random.js';

const MOST_OVERHEAD_BYTES = 300;

describe('a byte queue', () => {
  it('returns the bytes in order, however they are added and removed', () => {
    const random = new Random(11);
    for (let round = 0; round < 100; round++) {
      const queue = new ByteQueue();
      const added: number[] = [];
      const removed: number[] = [];
      const remove = () => {
        const first = queue.first;
        assert.equal(first === undefined, queue.isEmpty);
        if (first === undefined) return;
        const count = random.below(2) === 0 ? first.length : 1 + random.below(first.length);
        removed.push(...first.subarray(0, count));
        queue.shift(count);
      };
      for (let step = 0; step < 60; step++) {
        if (random.below(3) === 0) remove();
        else {
          const length = random.pick([0, 1, 3, 100, 511, 512, 5000]);
          const bytes = random.below(2) === 0 ? Buffer.alloc(length) : Buffer.allocUnsafe(length);
          for (let at = 0; at < length; at++) bytes[at] = random.below(256);
          added.push(...bytes);
          queue.push(bytes);
        }
      }
      while (!queue.isEmpty) remove();
      assert.deepEqual(removed, added);
      assert.equal(queue.keptBytes, 0);
    }
  });

  it('keeps little more memory than bytes, however short its chunks are', () => {
    for (const length of [1, 10, 100, 511]) {
      const queue = new ByteQueue();
      const total = 200_000;
      for (let added = 0; added < total; added += length) queue.push(Buffer.allocUnsafe(length));
      assert.ok(queue.keptBytes < 1.6 * total, `${queue.keptBytes} bytes for chunks of ${length}`);
      assert.ok(queue.keptBytes >= total);
    }
  });

  it('keeps little for a few bytes of a slab, and counts what it keeps', () => {
    const queue = new ByteQueue();
    queue.push(Buffer.from('hello'));
    const { first } = queue;
    assert.ok(first && first.buffer.byteLength <= queue.keptBytes && queue.keptBytes < 2048);
  });

  it('shares large chunks with other queues', () => {
    const chunk = Buffer.allocUnsafeSlow(4000);
    const queues = [new ByteQueue(), new ByteQueue()];
    for (const queue of queues) {
      queue.push(Buffer.from('a'));
      queue.push(chunk);
      queue.shift(1);
      assert.equal(queue.first, chunk);
      assert.ok(queue.keptBytes <= chunk.length + MOST_OVERHEAD_BYTES);
      queue.clear();
      assert.deepEqual([queue.isEmpty, queue.keptBytes, queue.first], [true, 0, undefined]);
    }
  });
});
