/** The output formats of timelines: SVG, HTML page, trace events. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Timeline } from '../../src/timeline/connections.js';
import { fittingLabel } from '../../src/timeline/labels.js';
import { pageOf } from '../../src/timeline/page.js';
import { drawTimelines } from '../../src/timeline/picture.js';
import { STATE_TEXTS } from '../../src/timeline/states.js';
import { formatDuration, summarize } from '../../src/timeline/summary.js';
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
    readonly cat?: string;
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
      '#2 in the queue · 250 ms',
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

describe('the picture of where the time went', () => {
  it('names the states in legend and sentence with the same words', async () => {
    const section = await sectionOf(logs.COMPUTING);
    const svg = drawTimelines([section]);
    assertWellFormed(svg);
    for (const text of Object.values(STATE_TEXTS)) assert.ok(svg.includes(`>${text}<`), text);
    const phrases = [...section.sentence.matchAll(/(in the backlog|for the loop)/g)];
    assert.equal(phrases.length, 2);
    for (const [phrase] of phrases)
      assert.ok(Object.values(STATE_TEXTS).some((text) => text.includes(phrase)));
  });

  it('names who held the loop in main’s lane, by its name if it has one', async () => {
    const section = await sectionOf(logs.COMPUTING);
    assert.match(drawTimelines([section]), />#2 holds the loop · 1.00 s</);
    const names = new Map([[2, 'client B']]);
    assert.match(drawTimelines([{ ...section, names }]), />client B holds the loop · 1.00 s</);
  });

  it('fills each state with a pattern of its own', async () => {
    const svg = drawTimelines([await sectionOf(logs.COMPUTING)]);
    const used = new Set([...svg.matchAll(/fill="url\(#(\w+)-/g)].map(([, state]) => state));
    assert.deepEqual([...used].sort(), ['backlog', 'queue', 'ready']);
  });

  it('says of a log of 0.1.0 that it does not tell more than the service', async () => {
    const svg = drawTimelines([await sectionOf(logs.THREADS)]);
    assert.ok(svg.includes('>is served; the log does not say more<'));
    assert.ok(!drawTimelines([await sectionOf(logs.COMPUTING)]).includes('does not say more'));
  });

  it('drops the reason of a label before its duration', async () => {
    const section = await sectionOf(logs.COMPUTING);
    const [span] = section.timeline.spans;
    assert.ok(span);
    const label = (pixels: number) =>
      fittingLabel({ span, kind: 'served', fromMs: 0, toMs: 1000 }, section, {
        pixels: () => pixels,
      });
    assert.deepEqual([200, 130, 90, 30, 10].map(label), [
      '#1 · count · 1.00 s · end',
      '#1 · 1.00 s · end',
      '#1 · 1.00 s',
      '#1',
      '',
    ]);
  });

  it('stays small when many clients overlap with many times in which the loop was held', async () => {
    const lines = Array.from({ length: 10_500 }, (_, index) =>
      logs.blocked(100 * (index + 1), 60, 1, 60),
    );
    const all = Array.from({ length: 50 }, (_, index) =>
      logs.told(index + 1, 1_050_000, { servedMs: 1_050_000, computedMs: 1000 }),
    );
    const section = await sectionOf([...lines, ...all]);
    const svg = drawTimelines([section]);
    assert.ok(svg.length < 6_000_000, String(svg.length));
    assert.match(
      svg,
      /Left out: 500 times after the first 10,000 in which main&#39;s loop was held\.|Left out: 500 times after the first 10,000 in which main's loop was held\./,
    );
    assert.match(svg, /Left out: when in its service a client computed/);
    assert.ok(JSON.stringify(traceOf([section.timeline])).length < 6_000_000);
  });
});

describe('the page', () => {
  it('refers to no external resource', async () => {
    const page = pageOf('a log', [await sectionOf(logs.THREADS)]);
    assert.doesNotMatch(page, /(?:src|href)="(?!data:)|@import|url\((?!#)/);
    assert.match(page, /<h2>thread-per-client<\/h2>/);
    assert.match(page, /<body>\n<main>[^]*<\/main>\n<\/body>/);
    assert.match(page, /<td>thread 2<\/td>/);
    assert.match(page, /<td>no thread<\/td>/);
  });
});

describe('the page of several acts', () => {
  it('has the heading and the sentence of an act above the tables of its sections', async () => {
    const section = await sectionOf(logs.COMPUTING);
    const heading = { title: 'An act', sentence: 'It ends.' };
    const page = pageOf('acts', [{ ...section, heading }, section]);
    assert.match(page, /<h2>An act<\/h2>\n<p>It ends\.<\/p>\n<h3>event-loop<\/h3>/);
    assert.equal(page.match(/<h3>/g)?.length, 2);
  });
});

describe('a duration', () => {
  it('has the unit of what it is rounded to', () => {
    const texts = [0.004, 9.94, 999.4, 999.6, 10_000].map(formatDuration);
    assert.deepEqual(texts, ['0.00 ms', '9.9 ms', '999 ms', '1.00 s', '10.0 s']);
  });
});

describe('the trace events', () => {
  it('are one JSON object with every message and every client, however many there are', async () => {
    // More than a call takes arguments.
    const many = 130_000;
    const messages = Array.from({ length: many }, (_, index) =>
      logs.line(index % 2 === 0 ? 'received' : 'sending', index, { connection: 1, bytes: 1 }),
    );
    const clients = Array.from({ length: many }, (_, index) => [
      logs.accepted(index + 1, 0),
      logs.told(index + 1, many, { servedMs: many - 1, computedMs: 1 }),
    ]);
    const lines = [logs.listening('event-loop'), ...messages, ...clients.flat()];
    const timeline = await logs.timelineFrom(lines);
    const { traceEvents } = traceOf([timeline]);
    const count = (phase: string) => traceEvents.filter(({ ph }) => ph === phase).length;
    // An accept for each client, and a tick for each message.
    assert.equal(count('i'), 2 * many);
    assert.ok(count('X') >= many);
  });

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

  it('have slices in a client’s service where the log tells the order, and sums', async () => {
    const { traceEvents } = traceOf([await logs.timelineFrom(logs.COMPUTING)]);
    const slices = traceEvents.filter(({ ph }) => ph === 'X');
    const named = (name: string) =>
      slices.filter((event) => event.name === name).map(({ ts, dur }) => [ts, dur]);
    assert.deepEqual(named('2 holds the loop'), [[1_000_000, 1_000_000]]);
    assert.deepEqual(named('3 in the backlog'), [[30_000, 970_000]]);
    assert.deepEqual(named(STATE_TEXTS.ready), [[1_000_000, 1_000_000]]);
    assert.deepEqual(named('computes').at(-1), [2_000_000, 1_000_000]);
    const sums = slices.find(({ name }) => name === '3 count')?.args;
    assert.equal(sums?.[`${STATE_TEXTS.ready}, ms`], 1000);
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
          const slices = traceEvents
            .filter(({ ph, cat }) => ph === 'X' && cat !== 'state')
            .sort((a, b) => a.ts - b.ts);
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
