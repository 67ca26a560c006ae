/** The output formats of timelines: SVG, HTML page, trace events. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Timeline } from '../../src/timeline/connections.js';
import { pageOf } from '../../src/timeline/page.js';
import { drawTimelines } from '../../src/timeline/picture.js';
import { summarize } from '../../src/timeline/summary.js';
import { traceText } from '../../src/timeline/trace-events.js';
import * as logs from '../support/timeline-logs.js';

async function sectionOf(lines: readonly string[]) {
  const timeline = await logs.timelineFrom(lines);
  return { title: timeline.model, sentence: summarize(timeline), timeline };
}

interface Trace {
  readonly displayTimeUnit: string;
  readonly traceEvents: readonly {
    readonly name: string;
    readonly ph: string;
    readonly pid: number;
    readonly tid: number;
    readonly ts: number;
    readonly dur?: number;
    readonly s?: string;
    readonly args?: Readonly<Record<string, string | number>>;
  }[];
}

function traceOf(timelines: readonly Timeline[]): Trace {
  return JSON.parse([...traceText(timelines)].join('')) as Trace;
}

/** Asserts that tags match, attributes have values, and entities are XML's own. */
function assertWellFormed(xml: string): void {
  const open: string[] = [];
  const text = xml.replace(
    /<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
    (_all, end, name, _attributes, empty) => {
      if (end === '/') assert.equal(open.pop(), name);
      else if (empty !== '/') open.push(String(name));
      return '';
    },
  );
  assert.deepEqual(open, []);
  assert.doesNotMatch(text, /[<>]/);
  assert.doesNotMatch(text, /&(?!(amp|lt|gt|quot|apos|#\d+);)/);
}

describe('the picture', () => {
  it('is well-formed, and equal for equal logs', async () => {
    const sections = await Promise.all(
      [logs.ITERATIVE, logs.EVENT_LOOP, logs.THREADS].map(sectionOf),
    );
    const svg = drawTimelines(sections);
    assertWellFormed(svg);
    assert.equal(drawTimelines(sections), svg);
    for (const text of [
      'iterative',
      'event-loop',
      'main',
      'thread 1',
      'thread 2',
      'waiting',
      '✕ lost',
      '#2 waits 250 ms',
    ])
      assert.ok(svg.includes(`>${text}<`), text);
  });

  it('distinguishes refused from waiting clients in lane, bar and legend', async () => {
    const svg = drawTimelines([await sectionOf(logs.THREADS)]);
    for (const text of ['refused', '✕', '✕ is refused']) assert.ok(svg.includes(`>${text}<`), text);
    assert.ok(!drawTimelines([await sectionOf(logs.ITERATIVE)]).includes('refused'));
  });

  it('refers only to its own hatchings, by ids that differ from those of other pictures', async () => {
    const pictures = await Promise.all(
      [logs.ITERATIVE, logs.THREADS].map(async (log) => drawTimelines([await sectionOf(log)])),
    );
    const ids = pictures.map((svg) => {
      const defined = new Set([...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
      for (const [, id] of svg.matchAll(/url\(#([^)]+)\)/g)) assert.ok(defined.has(id));
      return defined;
    });
    assert.deepEqual(
      [...(ids[0] ?? [])].filter((id) => ids[1]?.has(id)),
      [],
    );
  });

  it('escapes texts of the log', async () => {
    const peer = '"><script>&\u001b[31m\u0000\u00a0\u202e';
    const log = [
      ...logs.ITERATIVE,
      logs.closed(3, 900, { peer, thread: 0, waitedMs: 0, servedMs: 200 }),
    ];
    const section = await sectionOf(log);
    assertWellFormed(drawTimelines([section]));
    const page = pageOf('a <log>', [section]);
    for (const text of [drawTimelines([section]), page]) {
      assert.doesNotMatch(text, /<script/);
      assert.doesNotMatch(text, /[\u0000\u001b\u202e]/);
    }
  });

  it('states how many connections it leaves out, and how many overlap a window', async () => {
    const many = Array.from({ length: 2500 }, (_, index) =>
      logs.closed(index + 1, index * 10 + 10, { thread: 0, waitedMs: 1, servedMs: 5 }),
    );
    const section = await sectionOf(many);
    const svg = drawTimelines([section]);
    assert.match(svg, /Left out: 500 connections of 2,500\./);
    assert.ok(svg.length < 2_000_000);
    const window = { fromMs: 20_000, toMs: 20_100 };
    const part = drawTimelines([{ ...section, window }]);
    assert.match(part, /Only what overlaps 20\.0 s to 20\.1 s: 1[01] connections of 2,500\./);
    assert.doesNotMatch(part, /Left out/);
  });

  it('states how many concurrent connections it leaves out', async () => {
    const many = Array.from({ length: 100 }, (_, index) =>
      logs.closed(index + 1, 1000 + index, { thread: 0, waitedMs: 1, servedMs: 900 }),
    );
    assert.match(drawTimelines([await sectionOf(many)]), /Left out: 40 connections of 100\./);
  });
});

describe('the page', () => {
  it('refers to no external resource', async () => {
    const page = pageOf('a log', [await sectionOf(logs.THREADS)]);
    assert.doesNotMatch(page, /(?:src|href)="(?!data:)|@import|url\((?!#)/);
    assert.match(page, /<td>thread 2<\/td>/);
    assert.match(page, /<td>no thread<\/td>/);
  });
});

describe('the trace events', () => {
  it('have the format of Perfetto: names, complete events, whole microseconds', async () => {
    const timelines = await Promise.all(
      [logs.ITERATIVE, logs.THREADS].map((log) => logs.timelineFrom(log)),
    );
    const { traceEvents, displayTimeUnit } = traceOf(timelines);
    assert.equal(displayTimeUnit, 'ms');
    for (const event of traceEvents) {
      assert.ok(['X', 'i', 'M'].includes(event.ph));
      assert.ok(Number.isInteger(event.pid) && Number.isInteger(event.tid));
      assert.ok(Number.isInteger(event.ts) && event.ts >= 0);
      assert.equal(event.ph === 'X', Number.isInteger(event.dur));
      assert.equal(event.ph === 'i', event.s === 't');
    }
    const names = traceEvents
      .filter(({ name }) => name.endsWith('_name'))
      .map(({ args }) => args?.['name']);
    const [first, second] = ['main, row 1', 'main, row 2'];
    assert.deepEqual(names, [
      ...['count, iterative (pid 7)', 'main', first, second],
      ...['count, thread-per-client (pid 7)', 'main', 'waiting', 'refused', 'thread 1', 'thread 2'],
    ]);
    const second2 = traceEvents.find(
      ({ ph, name, pid }) => ph === 'X' && name === '2 count' && pid === 1,
    );
    assert.deepEqual(
      [second2?.ts, second2?.dur, second2?.args?.['reason']],
      [300_000, 300_000, 'end'],
    );
  });

  it('are one JSON object, also of more connections than a call takes arguments', async () => {
    const many = 130_000;
    const lines = Array.from({ length: many }, (_, index) =>
      logs.closed(index + 1, 2 * index, { thread: 0, waitedMs: 0, servedMs: 1 }),
    );
    const { traceEvents } = traceOf([await logs.timelineFrom(lines)]);
    assert.equal(traceEvents.filter(({ ph }) => ph === 'X').length, many);
  });

  it('have durations and never overlap on a track, for any times in the log', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(CLOSED, { minLength: 1, maxLength: 30 }),
        fc.boolean(),
        async (all, isOpen) => {
          const lines = all.map(({ atMs, thread, ...fields }, index) =>
            logs.closed(index + 1, atMs, { ...fields, ...(thread >= 0 && { thread }) }),
          );
          if (isOpen) lines.push(logs.accepted(all.length + 1, 10));
          const { traceEvents } = traceOf([
            await logs.timelineFrom(lines),
            await logs.timelineFrom([logs.listening('thread-per-client'), ...lines]),
          ]);
          const slices = traceEvents.filter(({ ph }) => ph === 'X').sort((a, b) => a.ts - b.ts);
          const ends = new Map<string, number>();
          for (const { pid, tid, ts, dur = -1 } of slices) {
            const track = `${pid}/${tid}`;
            assert.ok(dur >= 0 && ts >= (ends.get(track) ?? 0), track);
            ends.set(track, ts + dur);
          }
          assert.ok(slices.length >= all.length);
        },
      ),
      { numRuns: 200 },
    ));
});

/** A `closed` line; thread -1: none. Times are few and coarse, so that many coincide. */
const CLOSED = fc.record({
  atMs: fc.nat({ max: 50 }),
  thread: fc.integer({ min: -1, max: 2 }),
  waitedMs: fc.oneof(fc.nat({ max: 20 }), fc.constant(0.25)),
  servedMs: fc.oneof(fc.nat({ max: 60 }), fc.constant(0.7)),
  reason: fc.constantFrom('end', 'refused', 'thread lost'),
});
