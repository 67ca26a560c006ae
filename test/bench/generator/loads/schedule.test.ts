import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evenArrivals } from '../../../../bench/generator/loads/arrivals.js';
import { Schedule } from '../../../../bench/generator/loads/schedule.js';

/** Ten requests a second: one every 100 ms. */
const RATE = 10;
const INTERVAL_NS = 100e6;
const ORIGIN_NS = 7e9;

const arrivals = (requests: number) => evenArrivals(RATE, requests * INTERVAL_NS);

function scheduleOf(clients: number, requests: number): Schedule {
  const schedule = new Schedule(clients);
  schedule.start(ORIGIN_NS, arrivals(requests));
  return schedule;
}

function dueAfter(intervals: number): number {
  return ORIGIN_NS + intervals * INTERVAL_NS;
}

describe('the schedule of an open loop', () => {
  it('gives the clients turns at a constant rate, and ends after the last request', () => {
    const schedule = scheduleOf(2, 3);
    const turns = [0, 1, 2].map(() => {
      const dueNs = schedule.nextDueNs;
      const client = schedule.take();
      assert.equal(schedule.send(client), dueNs);
      return [client, dueNs];
    });
    assert.deepEqual(turns, [
      [0, dueAfter(0)],
      [1, dueAfter(1)],
      [0, dueAfter(2)],
    ]);
    assert.equal(schedule.nextDueNs, Infinity);
  });

  it('sends postponed requests in the order of their due times', () => {
    const schedule = scheduleOf(2, 6);
    for (let request = 0; request < 6; request++) {
      const client = schedule.take();
      if (client === 1) schedule.postpone(client);
      else schedule.send(client);
    }
    assert.deepEqual([schedule.postponed(0), schedule.postponed(1)], [0, 3]);
    assert.deepEqual(schedule.postponedDueNs(1), [dueAfter(1), dueAfter(3), dueAfter(5)]);
    assert.equal(schedule.send(1), dueAfter(1));
    assert.deepEqual(schedule.postponedDueNs(1), [dueAfter(3), dueAfter(5)]);
  });

  it('forgets postponed requests when it starts again', () => {
    const schedule = scheduleOf(1, 2);
    schedule.postpone(schedule.take());
    schedule.start(dueAfter(50), arrivals(1));
    assert.equal(schedule.postponed(0), 0);
    assert.equal(schedule.nextDueNs, dueAfter(50));
    assert.equal(schedule.send(schedule.take()), dueAfter(50));
  });
});
