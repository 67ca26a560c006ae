import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TotalOrder } from '../../../../bench/generator/loads/total-order.js';

const MEMBERS = 4;

/** What each member has heard, one after the other and all at once, as the senders' numbers. */
function countOut(heard: readonly (readonly number[])[]): number {
  const order = new TotalOrder(MEMBERS);
  heard.forEach((senders, member) => {
    for (const sender of senders) order.note(member, sender);
  });
  return order.countOut();
}

describe('TotalOrder', () => {
  it('agrees when each has heard the order of member 0 without its own lines', () => {
    const heard = [
      [1, 2, 3, 1, 3],
      [2, 3, 3],
      [1, 3, 1, 3],
      [1, 2, 1],
    ];
    assert.equal(countOut(heard), 0);
    // Whoever hears first, and however far the others are behind.
    const order = new TotalOrder(MEMBERS);
    for (const member of [3, 1, 2, 0]) for (const sender of heard[member] ?? []) order.note(member, sender);
    assert.equal(order.countOut(), 0);
  });

  it('counts each member that has heard another order, once', () => {
    assert.equal(countOut([[1, 2, 3, 1, 2, 3], [3, 2, 3, 2], [], []]), 1);
    assert.equal(
      countOut([
        [1, 2, 3],
        [3, 2],
        [3, 1],
        [2, 1],
      ]),
      3,
    );
  });

  it('goes on for ever: only the last lines are kept', () => {
    const order = new TotalOrder(MEMBERS);
    const tell = (sender: number, members: readonly number[]) => {
      for (const member of members) if (member !== sender) order.note(member, sender);
      order.compare(sender);
    };
    for (let line = 0; line < 10_000; line++)
      tell(1 + (line % 3), line % 2 === 0 ? [0, 1, 2, 3] : [3, 2, 1, 0]);
    // One who alone speaks hears nothing meanwhile.
    for (let line = 0; line < 10_000; line++) tell(2, [1, 0, 3]);
    assert.equal(order.countOut(), 0);
    order.note(1, 3);
    tell(2, [0, 1, 3]);
    assert.equal(order.countOut(), 1);
  });

  it('takes a member that is further behind than anybody can be as out of order', () => {
    const order = new TotalOrder(MEMBERS);
    for (let line = 0; line < 1000; line++) {
      order.note(0, 2);
      order.compare(2);
    }
    assert.equal(order.countOut(), 2);
  });
});
