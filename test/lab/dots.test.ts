/** How dots move, without a browser. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Dots, LEAP_OPACITY, RUN_MS } from '../../src/lab/picture/dots.js';
import type { Layout, Place } from '../../src/lab/picture/layout.js';
import { KINDS, STAGES, type ClientView, type Kind, type Stage } from '../../src/lab/protocol.js';

const rect = { x: 0, y: 0, width: 100, height: 100 };
const columns = {
  ...{ clients: rect, backlog: rect, main: rect, queue: rect, threads: rect, done: rect },
};

function layoutWith(places: Readonly<Record<number, Place>>, lanes: Layout['lanes'] = []): Layout {
  const dots = new Map(Object.entries(places).map(([id, place]) => [Number(id), place]));
  return { columns, loop: { x: 0, y: 0, radius: 1 }, holder: undefined, lanes, dots };
}

function clientAt(stage: Stage, kind: Kind = 'steady'): ClientView {
  return [7, KINDS.indexOf(kind), STAGES.indexOf(stage), 0, 0];
}

const client = clientAt('main');
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

/** How faint a dot is in each tenth of its run from one stage to another. */
function opacitiesOf(
  from: Stage,
  to: Stage,
  { kind = 'visitor', hasThreads = false }: { readonly kind?: Kind; readonly hasThreads?: boolean },
): number[] {
  const lanes = hasThreads ? [rect] : [];
  const dots = new Dots();
  dots.update([clientAt(from, kind)], layoutWith({ 7: here }, lanes), 0);
  dots.update([clientAt(to, kind)], layoutWith({ 7: there }, lanes), LONG_MS);
  return opacitiesFrom(dots, LONG_MS);
}

function opacitiesFrom(dots: Dots, startMs: number): number[] {
  const [dot] = dots.all;
  assert.ok(dot);
  return Array.from({ length: 11 }, (_, tenths) =>
    dots.opacityOf(dot, startMs + (tenths * RUN_MS) / 10),
  );
}

const isFaint = (opacities: readonly number[]) => Math.min(...opacities) < 1;

describe('a dot that leaps over columns', () => {
  it('leaves and arrives in full, and is faint on its way', () => {
    const opacities = opacitiesOf('main', 'done', {});
    assert.deepEqual([opacities.at(0), opacities.at(5), opacities.at(-1)], [1, LEAP_OPACITY, 1]);
    for (const opacity of opacities) assert.ok(opacity >= LEAP_OPACITY && opacity <= 1);
  });

  it('is one whose connection was never there', () => {
    for (const [from, to, isLeap, row = {}] of [
      // Main served it, or refused it.
      ['main', 'done', true],
      ['queue', 'refused', true],
      ['main', 'refused', true, { hasThreads: true }],
      // It was removed while it waited.
      ['queue', 'done', true, { hasThreads: true, kind: 'steady' }],
      // A client of the same number has a new connection.
      ['done', 'main', true],
      ['backlog', 'main', false],
      ['queue', 'main', false],
      ['main', 'thread', false, { hasThreads: true }],
      ['thread', 'done', false, { hasThreads: true }],
      ['thread', 'lost', false, { hasThreads: true }],
      // Between two frames, a thread has served it.
      ['away', 'done', false, { hasThreads: true }],
    ] as const)
      assert.equal(isFaint(opacitiesOf(from, to, row)), isLeap, `${from}, ${to}`);
  });

  it('is so from its first frame, if its client came and went between two frames', () => {
    const dots = new Dots();
    dots.update([clientAt('done', 'visitor')], layoutWith({ 7: there }), LONG_MS);
    assert.ok(isFaint(opacitiesFrom(dots, LONG_MS)));
  });

  it('is as faint, and no longer, when its place in the last column changes on its way', () => {
    const dots = new Dots();
    dots.update([clientAt('main')], layoutWith({ 7: here }), 0);
    dots.update([clientAt('done')], layoutWith({ 7: there }), LONG_MS);
    for (const part of [0.25, 0.5, 0.75]) {
      const place = { ...there, y: 100 * part };
      dots.update([clientAt('done')], layoutWith({ 7: place }), LONG_MS + part * RUN_MS);
    }
    const opacities = opacitiesFrom(dots, LONG_MS);
    assert.deepEqual([opacities.at(5), opacities.at(-1)], [LEAP_OPACITY, 1]);
  });

  it('is never faint for a viewer who wants less motion', () => {
    const dots = new Dots();
    dots.isStill = true;
    dots.update([clientAt('main')], layoutWith({ 7: here }), 0);
    dots.update([clientAt('done')], layoutWith({ 7: there }), LONG_MS);
    assert.ok(!isFaint(opacitiesFrom(dots, LONG_MS)));
  });
});
