import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OutputLimit, type OutputHolder } from '../../src/connection/output-limit.js';

/** A client that notes its end as a real one does, before it is cut or after. */
class Holder implements OutputHolder {
  cuts = 0;
  readonly #limit: OutputLimit;

  constructor(limit: OutputLimit) {
    this.#limit = limit;
  }

  keep(bytes: number): void {
    this.#limit.note(this, bytes);
  }

  cut(): void {
    this.cuts++;
    this.keep(0);
  }
}

function holders(limit: OutputLimit, count: number): Holder[] {
  return Array.from({ length: count }, () => new Holder(limit));
}

describe('the limit of all output', () => {
  it('cuts the client that keeps most as soon as the sum exceeds it, and no other', () => {
    const limit = new OutputLimit(1000);
    const [small, large, last] = holders(limit, 3) as [Holder, Holder, Holder];
    small.keep(300);
    large.keep(500);
    last.keep(200);
    assert.deepEqual([small.cuts, large.cuts, last.cuts], [0, 0, 0]);
    last.keep(201);
    assert.deepEqual([small.cuts, large.cuts, last.cuts], [0, 1, 0]);
    assert.equal(limit.sumBytes, 501);
  });

  it('cuts the client itself whose output is the largest', () => {
    const limit = new OutputLimit(1000);
    const [other, greedy] = holders(limit, 2) as [Holder, Holder];
    other.keep(400);
    greedy.keep(700);
    assert.deepEqual([other.cuts, greedy.cuts], [0, 1]);
    assert.equal(limit.sumBytes, 400);
  });

  it('cuts as many as it takes', () => {
    const limit = new OutputLimit(1000);
    const all = holders(limit, 10);
    for (const holder of all) holder.keep(100);
    const [first] = all as [Holder];
    first.keep(150);
    assert.equal(all.filter(({ cuts }) => cuts > 0).length, 1);
    assert.equal(first.cuts, 1);
    first.keep(0);
    assert.equal(limit.sumBytes, 900);
  });

  it('forgets a client that has been read to its end', () => {
    const limit = new OutputLimit(1000);
    const [reader, other] = holders(limit, 2) as [Holder, Holder];
    for (let round = 0; round < 5; round++) {
      reader.keep(900);
      reader.keep(0);
      other.keep(800);
      other.keep(0);
    }
    assert.deepEqual([reader.cuts, other.cuts, limit.sumBytes], [0, 0, 0]);
  });

  it('counts a client once that does nothing when it is cut', () => {
    const limit = new OutputLimit(1000);
    let cuts = 0;
    limit.note({ cut: () => cuts++ }, 1500);
    assert.deepEqual([cuts, limit.sumBytes], [1, 0]);
  });
});
