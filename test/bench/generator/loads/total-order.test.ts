import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TotalOrder } from '../../../../bench/generator/loads/total-order.js';

const MEMBERS = 4;

/** Records the senders of the lines that each member received, one member after the other. */
function countDiffering(received: readonly (readonly number[])[]): number {
  const order = new TotalOrder(MEMBERS);
  received.forEach((senders, member) => {
    for (const sender of senders) order.record(member, sender);
  });
  return order.countDiffering();
}

describe('TotalOrder', () => {
  it('accepts the order of member 0 without the own lines of each member', () => {
    const received = [
      [1, 2, 3, 1, 3],
      [2, 3, 3],
      [1, 3, 1, 3],
      [1, 2, 1],
    ];
    assert.equal(countDiffering(received), 0);
    // In any order of the members, however far one is behind.
    const order = new TotalOrder(MEMBERS);
    for (const member of [3, 1, 2, 0])
      for (const sender of received[member] ?? []) order.record(member, sender);
    assert.equal(order.countDiffering(), 0);
  });

  it('counts each member with another order once', () => {
    assert.equal(countDiffering([[1, 2, 3, 1, 2, 3], [3, 2, 3, 2], [], []]), 1);
    assert.equal(
      countDiffering([
        [1, 2, 3],
        [3, 2],
        [3, 1],
        [2, 1],
      ]),
      3,
    );
  });

  it('keeps only the last lines, however many there are', () => {
    const order = new TotalOrder(MEMBERS);
    const deliver = (sender: number, members: readonly number[]) => {
      for (const member of members) if (member !== sender) order.record(member, sender);
      order.compare(sender);
    };
    for (let line = 0; line < 10_000; line++)
      deliver(1 + (line % 3), line % 2 === 0 ? [0, 1, 2, 3] : [3, 2, 1, 0]);
    // A member that alone sends receives nothing meanwhile.
    for (let line = 0; line < 10_000; line++) deliver(2, [1, 0, 3]);
    assert.equal(order.countDiffering(), 0);
    order.record(1, 3);
    deliver(2, [0, 1, 3]);
    assert.equal(order.countDiffering(), 1);
  });

  it('counts a member that is too far behind as out of order', () => {
    const order = new TotalOrder(MEMBERS);
    for (let line = 0; line < 1000; line++) {
      order.record(0, 2);
      order.compare(2);
    }
    assert.equal(order.countDiffering(), 2);
  });
});
