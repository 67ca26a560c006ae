/** Where dots stand: in their columns, apart, and inside the picture, however many there are. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { layoutOf } from '../../src/lab/picture/layout.js';
import { KINDS, MOST_CLIENTS, STAGES, type RowView, type Stage } from '../../src/lab/protocol.js';

const SIZES = [
  [1400, 160],
  [1400, 100],
  [360, 112],
] as const;

function rowOf(stages: readonly Stage[], threads: RowView['threads'] = []): RowView {
  return {
    model: 'event-loop',
    phase: 'up',
    clients: stages.map((stage, index) => [
      ...([index + 1, KINDS.indexOf('steady'), STAGES.indexOf(stage)] as const),
      ...([stage === 'thread' ? (threads[index]?.[0] ?? 0) : 0, 0] as const),
    ]),
    main: { doing: 'turning', sinceMs: 0, by: [] },
    threads,
    numbers: { answersPerS: 0, longestMs: 0, longestSinceCommandMs: 0 },
    ended: { done: 0, refused: 0, lost: 0 },
    sentence: '',
  };
}

describe('the layout of a row', () => {
  for (const [width, height] of SIZES) {
    for (const stage of ['away', 'backlog', 'main', 'queue', 'done'] as const) {
      it(`has ${MOST_CLIENTS} dots apart in ${stage}, in ${width} by ${height} pixels`, () => {
        const { dots, columns } = layoutOf(
          rowOf(Array.from({ length: MOST_CLIENTS }, () => stage)),
          width,
          height,
        );
        const column = columns[stage === 'away' ? 'clients' : stage];
        assert.equal(dots.size, MOST_CLIENTS);
        const places = new Set([...dots.values()].map(({ x, y }) => `${x} ${y}`));
        assert.equal(places.size, MOST_CLIENTS);
        for (const { x, y } of dots.values()) {
          assert.ok(y >= 0 && y <= height, `y ${y}`);
          // A column of a phone is too narrow for so many, which then reach into the next.
          if (width > 1000) assert.ok(x >= column.x && x <= column.x + column.width, `x ${x}`);
        }
      });
    }

    for (const count of [1, 8, 40, 128]) {
      it(`has lanes for ${count} threads, in ${width} by ${height} pixels`, () => {
        const threads = Array.from(
          { length: count },
          (_, index) => [index + 3, 'recv', index + 1] as const,
        );
        const row = rowOf(
          threads.map(() => 'thread'),
          threads,
        );
        const { lanes, dots, columns } = layoutOf(row, width, height);
        assert.equal(lanes.length, count);
        for (const [index, lane] of lanes.entries()) {
          assert.ok(lane.width > 0 && lane.height > 0);
          assert.ok(lane.x + lane.width <= columns.threads.x + columns.threads.width + 1);
          assert.ok(lane.y + lane.height <= height);
          const dot = dots.get(index + 1);
          assert.ok(dot && dot.y >= lane.y && dot.y <= lane.y + lane.height);
        }
      });
    }
  }

  it('puts the client that holds the loop into it', () => {
    const row = rowOf(['main', 'main', 'main']);
    const held = { ...row, main: { doing: 'computing', sinceMs: 1, by: [2] } as const };
    const { dots, loop } = layoutOf(held, 1400, 160);
    assert.deepEqual([dots.get(2)?.x, dots.get(2)?.y], [loop.x, loop.y]);
    assert.notEqual(dots.get(1)?.x, loop.x);
  });
});
