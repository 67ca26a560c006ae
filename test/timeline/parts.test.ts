/** When a client that is served computes and when it waits, as far as the log tells. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { blocksOn } from '../../src/timeline/connections.js';
import { partsOf, type Part } from '../../src/timeline/parts.js';
import * as logs from '../support/timeline-logs.js';

/** Returns the parts of a client as text: state, from, to, and its share of the height. */
async function partsFrom(lines: readonly string[], connection: number) {
  const timeline = await logs.timelineFrom(lines);
  const span = timeline.spans.find((one) => one.connection === connection);
  assert.ok(span);
  return partsOf(span, blocksOn(span, timeline)).map(
    ({ state, fromMs, toMs, low, high }) => `${state} ${fromMs}-${toMs} ${low}-${high}`,
  );
}

describe('the parts of a client’s service', () => {
  it('are computing while it holds the loop, and waiting for the loop while others do', async () => {
    assert.deepEqual(await partsFrom(logs.COMPUTING, 1), ['computes 0-1000 0-1']);
    assert.deepEqual(await partsFrom(logs.COMPUTING, 3), [
      'ready 1000-2000 0-1',
      'computes 2000-3000 0-1',
    ]);
  });

  it('are waiting for its client while others hold the loop and nothing of it has arrived', async () => {
    const lines = [...logs.COMPUTING, logs.told(4, 3100, { servedMs: 3000 })];
    assert.deepEqual(await partsFrom(lines, 4), [
      'client 0-1000 0-1',
      'client 1000-2000 0-1',
      'client 2000-3000 0-1',
    ]);
  });

  it('are waiting right before it holds the loop, not while the loop turned without it', async () => {
    const lines = [
      logs.blocked(200, 100, 2, 100),
      logs.blocked(500, 100, 2, 100),
      logs.blocked(602, 100, 1, 100),
      logs.told(2, 1000, { servedMs: 1000, computedMs: 200 }),
      logs.told(1, 1000, { servedMs: 1000, computedMs: 100, loopWaitMs: 75 }),
    ];
    assert.deepEqual(await partsFrom(lines, 1), [
      'client 0-100 0-1',
      'client 100-200 0-1',
      'client 200-400 0-1',
      'ready 400-500 0-0.75',
      'client 400-500 0.75-1',
      'client 500-502 0-1',
      'computes 502-602 0-1',
      'client 602-1000 0-1',
    ]);
  });

  it('share the height of the bar, by their sums, where the order is not known', async () => {
    const onMain = logs.told(1, 1000, { servedMs: 1000, computedMs: 250 });
    assert.deepEqual(await partsFrom([onMain], 1), [
      'computes 0-1000 0-0.25',
      'client 0-1000 0.25-1',
    ]);
    const onThread = { model: 'thread-per-client', thread: 1, servedMs: 1000, computedMs: 500 };
    assert.deepEqual(
      await partsFrom([logs.told(1, 1000, { ...onThread, coreWaitMs: 250, loopWaitMs: 250 })], 1),
      ['computes 0-1000 0-0.5', 'ready 0-1000 0.5-1'],
    );
  });

  it('keep to a long turn of the loop that several handlers shared', async () => {
    const fields = { servedMs: 1000, loopWaitMs: 200, computedMs: 100 };
    const lines = [
      logs.blocked(700, 300, 1, 100),
      ...[1, 2, 3].map((connection) => logs.told(connection, 1000, fields)),
    ];
    assert.deepEqual(await partsFrom(lines, 1), [
      'client 0-400 0-1',
      'ready 400-600 0-1',
      'computes 600-700 0-1',
      'client 700-1000 0-1',
    ]);
    // Which of the others computed first is not known.
    assert.deepEqual(await partsFrom(lines, 2), [
      'client 0-400 0-1',
      'computes 400-600 0-0.5',
      'ready 400-600 0.5-1',
      'ready 600-700 0-1',
      'client 700-1000 0-1',
    ]);
  });

  it('are those of the loop that serves it, which may be a worker’s', async () => {
    const held = (atMs: number, thread: number, connection: number) =>
      logs.line('loop blocked', atMs, { blockedMs: 100, connection, heldMs: 100, thread });
    const served = (connection: number, thread: number, fields: object) =>
      logs.told(connection, 1000, { servedMs: 1000, thread, ...fields });
    const lines = [
      held(300, 2, 1),
      held(350, 3, 3),
      served(1, 2, { computedMs: 100 }),
      served(2, 2, { loopWaitMs: 100 }),
      served(3, 3, { computedMs: 100 }),
    ];
    assert.deepEqual(await partsFrom(lines, 1), [
      'client 0-200 0-1',
      'computes 200-300 0-1',
      'client 300-1000 0-1',
    ]);
    assert.match((await partsFrom(lines, 2)).join(), /ready 200-300 0-1/);
    assert.match((await partsFrom(lines, 3)).join(), /computes 250-350 0-1/);
    const { blocks } = await logs.timelineFrom(lines);
    assert.deepEqual(blocks, [], "main's loop was not held");
  });

  it('are one part that says nothing for a log of 0.1.0', async () => {
    assert.deepEqual(await partsFrom(logs.EVENT_LOOP, 1), ['served 0-300 0-1']);
  });

  it('have the area of the times in the log, and do not overlap, for any log', () =>
    fc.assert(
      fc.asyncProperty(BLOCKS, TIMES, async (blocks, times) => {
        const lines = blocks.map(({ untilMs, blockedMs, holder, held }) =>
          logs.blocked(untilMs, blockedMs, holder, blockedMs * held),
        );
        const { spans, blocks: found } = await logs.timelineFrom([
          ...lines,
          logs.told(1, 1000, { servedMs: 1000, ...times }),
        ]);
        const parts = partsOf(spans[0] ?? assert.fail(), found);
        assert.ok(Math.abs(areaOf(parts) - 1000) < 60);
        // What is computed while others hold the loop contradicts the log: it is not drawn.
        assert.ok(areaOf(parts.filter(({ state }) => state === 'computes')) < times.computedMs + 1);
        for (const [index, a] of parts.entries()) {
          assert.ok(a.toMs > a.fromMs && a.low >= 0 && a.high <= 1);
          for (const b of parts.slice(index + 1))
            assert.ok(
              Math.min(a.toMs, b.toMs) <= Math.max(a.fromMs, b.fromMs) ||
                Math.min(a.high, b.high) <= Math.max(a.low, b.low),
            );
        }
      }),
    ));
});

function areaOf(parts: readonly Part[]): number {
  return parts.reduce(
    (sum, { fromMs, toMs, low, high }) => sum + (toMs - fromMs) * (high - low),
    0,
  );
}

const BLOCKS = fc.array(
  fc.record({
    untilMs: fc.nat({ max: 1000 }),
    blockedMs: fc.nat({ max: 400 }),
    holder: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    held: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { maxLength: 12 },
);
const TIMES = fc.record({
  computedMs: fc.nat({ max: 1000 }),
  loopWaitMs: fc.nat({ max: 1000 }),
  coreWaitMs: fc.nat({ max: 1000 }),
});
