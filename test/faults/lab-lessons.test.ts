/**
 * Every lesson of the lab under every model: what the lab measures is what the servers' logs say,
 * and the models that must wait do.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LESSONS } from '../../src/lab/lessons/lessons.js';
import type { LessonView } from '../../src/lab/protocol.js';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { eventually } from '../support/eventually.js';
import { openLab, SETTINGS, type OpenLab } from '../support/lab.js';

const BOUND_MS = 300_000;
/** Longer than any lesson, with the restart of all servers before it. */
const LESSON_LIMIT_MS = 45_000;

/**
 * Models that are above the limit by their construction, on a machine of any speed. Of the others, a
 * busy machine may delay some.
 */
const ABOVE: Readonly<Record<string, readonly string[]>> = {
  'head-of-line': ['iterative'],
  computing: ['iterative', 'event-loop'],
  'waiting-threads': ['iterative', 'thread-per-client'],
  'many-threads': ['thread-per-client'],
  burst: ['iterative'],
  'slow-reader': ['iterative'],
};

/** What the clients that are measured send: a short piece of work, or a nap. */
const SHORT_REQUESTS = ['work 1\n', 'sleep 50\n'].map(({ length }) => length);
/** How late the lab's own process may be on a busy machine. */
const LATE_MS = 150;

interface Closed {
  readonly msg: string;
  /** Of the line, by the machine's clock. */
  readonly time: number;
  readonly bytesIn: number;
  readonly backlogMs?: number;
  readonly waitedMs: number;
  readonly servedMs: number;
}

describe('a lesson of the lab', { timeout: BOUND_MS }, () => {
  let lab: OpenLab;
  before(async () => {
    lab = await openLab(MODEL_NAMES, { ...SETTINGS, threads: 8 });
  });
  after(() => lab.close());

  for (const lesson of LESSONS) {
    it(`measures what the servers log: ${lesson.title}`, async () => {
      const before = lab.lab.rows.map((row) => row.logLines.length);
      const isRestarted = lab.lab.settings.threads !== lesson.threads;
      await lab.command({ do: 'lesson', lesson: lesson.id });
      const view = await overView(lab);
      assert.equal(view.phase, 'over', view.why ?? '');
      const models = view.results.map(({ model }) => model);
      assert.deepEqual(models, MODEL_NAMES);
      const above = view.results.filter(({ value }) => value > lesson.limit);
      const must = (ABOVE[lesson.id] ?? []).filter(
        (model) => !above.some((one) => one.model === model),
      );
      assert.deepEqual(must, [], JSON.stringify(view.results));
      if (lesson.unit !== 'ms') return;
      const overAtMs = Date.now();
      await lab.frameWhere('no client', ({ clients }) => clients.length === 0);
      for (const [index, { model, value }] of view.results.entries()) {
        const lines = () =>
          lab.lab.rows[index]?.logLines.slice(isRestarted ? 0 : before[index]) ?? [];
        await eventually('a closed line of each connection', () =>
          countOf(lines(), 'closed') === countOf(lines(), 'accepted') ? true : undefined,
        );
        const closed = shortConnections(lines());
        // An answer comes before its connection ends, but for what the lab itself is late.
        const lifeMs = longest(closed.map((one) => waitOf(one) + one.servedMs));
        assert.ok(value <= lifeMs * 1.2 + LATE_MS, `${model}: ${value} ms, logged ${lifeMs} ms`);
        // Those that waited still when it was over go on in the log.
        const early = closed.filter(({ time }) => time < overAtMs - LATE_MS);
        const waitMs = longest(early.map(waitOf));
        assert.ok(value >= waitMs - 20, `${model}: ${value} ms, logged ${waitMs} ms`);
      }
    });
  }
});

async function overView({ lab }: OpenLab): Promise<LessonView> {
  const deadlineMs = performance.now() + LESSON_LIMIT_MS;
  for (;;) {
    const { lesson } = lab.frame();
    if (lesson && (lesson.phase === 'over' || lesson.phase === 'failed')) return lesson;
    assert.ok(performance.now() < deadlineMs, `the lesson is still ${lesson?.phase ?? 'unknown'}`);
    await sleep(50);
  }
}

/** Of the clients that are measured, those that ended by themselves. */
function shortConnections(lines: readonly string[]): Closed[] {
  return lines
    .map((line) => JSON.parse(line) as Closed & { readonly reason?: string })
    .filter(({ msg, reason }) => msg === 'closed' && reason === 'end')
    .filter(({ bytesIn }) => SHORT_REQUESTS.includes(bytesIn));
}

function countOf(lines: readonly string[], msg: string): number {
  return lines.filter((line) => line.includes(`"msg":"${msg}"`)).length;
}

/** From the handshake until it was served. */
function waitOf({ backlogMs = 0, waitedMs }: Closed): number {
  return backlogMs + waitedMs;
}

function longest(values: readonly number[]): number {
  return Math.max(0, ...values);
}
