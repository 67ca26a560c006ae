/** How dots move, without a browser. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Dots } from '../../src/lab/picture/dots.js';
import type { Layout, Place } from '../../src/lab/picture/layout.js';
import { KINDS, STAGES, type ClientView } from '../../src/lab/protocol.js';

const rect = { x: 0, y: 0, width: 100, height: 100 };
const columns = {
  ...{ clients: rect, backlog: rect, main: rect, queue: rect, threads: rect, done: rect },
};

function layoutWith(places: Readonly<Record<number, Place>>): Layout {
  const dots = new Map(Object.entries(places).map(([id, place]) => [Number(id), place]));
  return { columns, loop: { x: 0, y: 0, radius: 1 }, holder: undefined, lanes: [], dots };
}

const client: ClientView = [7, KINDS.indexOf('steady'), STAGES.indexOf('main'), 0, 0];
const here: Place = { x: 10, y: 20, radius: 5 };
const there: Place = { x: 90, y: 20, radius: 5 };
const LONG_MS = 10_000;

function movedDots(): Dots {
  const dots = new Dots();
  dots.update([client], layoutWith({ 7: here }), 0);
  dots.update([client], layoutWith({ 7: there }), LONG_MS);
  return dots;
}

describe('a dot', () => {
  it('runs from where it was to its new place', () => {
    const dots = movedDots();
    const [dot] = dots.all;
    assert.ok(dot);
    assert.equal(dots.placeOf(dot, LONG_MS).x, here.x);
    const { x } = dots.placeOf(dot, LONG_MS + 50);
    assert.ok(x > here.x && x < there.x);
    assert.deepEqual(dots.placeOf(dot, 2 * LONG_MS), there);
  });

  it('turns round in the middle of its way, without a jump', () => {
    const dots = movedDots();
    const [dot] = dots.all;
    assert.ok(dot);
    const middle = dots.placeOf(dot, LONG_MS + 50);
    dots.update([client], layoutWith({ 7: here }), LONG_MS + 50);
    assert.deepEqual(dots.placeOf(dot, LONG_MS + 50), middle);
    assert.deepEqual(dots.placeOf(dot, 2 * LONG_MS), here);
  });

  it('jumps for a viewer who wants less motion', () => {
    const dots = movedDots();
    dots.isStill = true;
    const [dot] = dots.all;
    assert.ok(dot);
    assert.deepEqual(dots.placeOf(dot, LONG_MS), there);
  });

  it('goes with its client', () => {
    const dots = movedDots();
    dots.update([], layoutWith({}), LONG_MS);
    assert.deepEqual([...dots.all], []);
  });
});
