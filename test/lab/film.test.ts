/** From frames to the recording's SVG: complete, timed as the frames, small and well-formed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { filmOf } from '../../src/lab/film/film.js';
import { complaintsOf } from '../../src/lab/film/quiet.js';
import { STAGE, svgOf } from '../../src/lab/film/svg.js';
import { TextTrack } from '../../src/lab/film/track.js';
import { LEAP_OPACITY, RUN_MS } from '../../src/lab/picture/dots.js';
import {
  KINDS,
  LAB_FORMAT,
  STAGES,
  type ClientView,
  type Frame,
  type Kind,
  type MachineView,
  type RowView,
  type Stage,
} from '../../src/lab/protocol.js';

const MODELS = ['event-loop', 'thread-per-client'].map((name) => ({
  ...{ name, summary: `clients <& more> under ${name}`, colour: '#0072b2' },
}));
/** The lab's clock when the first frame is made. */
const START_MS = 40_000;
const EVERY_MS = 50;

/** What a client does and where it is, from a time on; 'gone': in no row any more. */
interface Act {
  readonly id: number;
  readonly kind?: Kind;
  readonly fromMs: number;
  readonly stage: Stage | 'gone';
  /** Since when it waits. */
  readonly sinceMs?: number;
}

function clientsAt(acts: readonly Act[], atMs: number): ClientView[] {
  const last = new Map<number, Act>();
  for (const act of acts) if (act.fromMs <= atMs) last.set(act.id, act);
  return [...last.values()].flatMap(({ id, kind = 'steady', stage, sinceMs }): ClientView[] =>
    stage === 'gone'
      ? []
      : [
          [
            ...([id, KINDS.indexOf(kind), STAGES.indexOf(stage)] as const),
            ...([0, sinceMs === undefined ? 0 : START_MS + sinceMs] as const),
          ],
        ],
  );
}

function framesOf(acts: readonly Act[], lengthMs = 2900, everyMs = EVERY_MS): Frame[] {
  return Array.from({ length: Math.floor(lengthMs / everyMs) + 1 }, (_, index) => {
    const atMs = index * everyMs;
    return frameOf(
      START_MS + atMs,
      MODELS.map(({ name }) => rowOf(name, clientsAt(acts, atMs))),
    );
  });
}

function frameOf(
  atMs: number,
  rows: readonly RowView[],
  machine: MachineView = { cores: 2 },
): Frame {
  const settings = { service: 'work', thinkMs: 0, visitorsPerS: 0, threads: 2, queue: 9 } as const;
  return { format: LAB_FORMAT, atMs, settings, machine, rows };
}

function rowOf(model: string, clients: readonly ClientView[]): RowView {
  return {
    ...{ model, phase: 'up', clients, threads: [], sentence: `<${clients.length}> & 'quoted'` },
    main: { doing: 'turning', sinceMs: 0, by: [] },
    numbers: { answersPerS: 0, longestMs: 0, longestSinceCommandMs: 0 },
    ended: { done: 0, refused: 0, lost: 0 },
  };
}

const pictureOf = (frames: readonly Frame[]) => svgOf(filmOf(frames, MODELS, STAGE));

const TRAVEL: readonly Act[] = [
  { id: 1, fromMs: 0, stage: 'main' },
  { id: 2, fromMs: 300, stage: 'away' },
  { id: 2, fromMs: 700, stage: 'backlog', sinceMs: 700 },
  { id: 2, fromMs: 1500, stage: 'main' },
  { id: 3, kind: 'computing', fromMs: 1000, stage: 'backlog' },
  { id: 3, kind: 'computing', fromMs: 1050, stage: 'main' },
  { id: 3, kind: 'computing', fromMs: 1850, stage: 'done' },
  { id: 3, fromMs: 2400, stage: 'gone' },
];

/** The keyframes of an SVG by their name: percents and declarations. */
function keyframesOf(svg: string): Map<string, string> {
  return new Map(
    [...svg.matchAll(/^@keyframes (\w+)\{(.*)\}$/gm)].map(([, name = '', body = '']) => [
      name,
      body,
    ]),
  );
}

/** Each of a row's dots: its number, and its tag with the attributes. */
function dotsOf(svg: string, model: string): Map<number, string> {
  const [, row = ''] = svg.split(`data-model="${model}"`);
  const own = row.split('data-model=')[0] ?? '';
  return new Map(
    [...own.matchAll(/<g class="m d"([^>]*)>.*?<text class="n"[^>]*>(\d+)<\/text>/g)].map(
      ([, attributes = '', id]) => [Number(id), attributes],
    ),
  );
}

describe('the film of a lab', () => {
  it('has every client of every frame in each row', () => {
    const svg = pictureOf(framesOf(TRAVEL));
    for (const { name } of MODELS) assert.deepEqual([...dotsOf(svg, name).keys()], [1, 2, 3]);
  });

  it('lets a dot stay until the frame that has it elsewhere, and run as long as on the page', () => {
    const [row] = filmOf(framesOf(TRAVEL), MODELS, STAGE).rows;
    const dot = row?.dots.find(({ id }) => id === 2);
    assert.deepEqual(
      dot?.stays.map(({ fromMs, toMs }) => [fromMs, toMs]),
      [
        [300, 300],
        [300 + RUN_MS, 700],
        [700 + RUN_MS, 1500],
        [1500 + RUN_MS, 3000],
      ],
    );
    assert.deepEqual(dot.waits, [[700, 1500]]);
  });

  it('makes a dot faint while it leaps over columns in which its connection never was', () => {
    const svg = pictureOf(framesOf(TRAVEL));
    const opacitiesOf = (id: number) => {
      const name = /animation-name:(\w+)/.exec(dotsOf(svg, 'event-loop').get(id) ?? '')?.[1] ?? '';
      return [...(keyframesOf(svg).get(name) ?? '').matchAll(/([\d.]+)%\{opacity:([\d.]+)/g)]
        .map(([, percent, opacity]) => [Number(percent) * 30, Number(opacity)] as const)
        .filter(([, opacity]) => opacity > 0 && opacity < 1);
    };
    assert.deepEqual(opacitiesOf(2), []);
    const [[atMs, opacity] = [0, 0]] = opacitiesOf(3);
    assert.equal(opacity, LEAP_OPACITY);
    assert.ok(atMs > 1850 && atMs < 1850 + RUN_MS, `${atMs} ms`);
  });

  it('turns a dot round where it is, if the next frame has it elsewhere again', () => {
    const [row] = filmOf(framesOf(TRAVEL), MODELS, STAGE).rows;
    const [, midway] = row?.dots.find(({ id }) => id === 3)?.stays ?? [];
    assert.deepEqual([midway?.fromMs, midway?.toMs], [1050, 1050]);
  });

  it('has the times of the frames in its keyframes', () => {
    const svg = pictureOf(framesOf(TRAVEL));
    const keyframes = keyframesOf(svg);
    const name = /animation-name:(\w+)/.exec(dotsOf(svg, 'event-loop').get(2) ?? '')?.[1] ?? '';
    const timesMs = [...(keyframes.get(name) ?? '').matchAll(/([\d.]+)%/g)].map(
      ([, percent]) => Number(percent) * 30,
    );
    assert.ok(timesMs.length > 0);
    for (const ms of [300, 700, 700 + RUN_MS, 1500, 1500 + RUN_MS])
      assert.ok(
        timesMs.some((one) => Math.abs(one - ms) < 1),
        `${ms} is not in ${timesMs.join()}`,
      );
  });

  it('does not animate a dot that never moves', () => {
    const svg = pictureOf(framesOf([{ id: 1, fromMs: 0, stage: 'main' }]));
    assert.doesNotMatch(dotsOf(svg, 'event-loop').get(1) ?? 'animation', /animation/);
  });

  it('draws the ring of a wait that is long enough to be seen, and no other', () => {
    const wait = (toMs: number) =>
      pictureOf(
        framesOf([
          { id: 1, fromMs: 0, stage: 'main', sinceMs: 0 },
          { id: 1, fromMs: toMs, stage: 'main' },
        ]),
      );
    assert.match(wait(500), /<circle class="w/);
    assert.doesNotMatch(wait(150), /<circle class="w/);
  });

  it('shows its still moment while a client holds a loop', () => {
    const frames = framesOf(TRAVEL).map((frame): Frame => {
      const atMs = frame.atMs - START_MS;
      const main = { doing: 'computing', sinceMs: frame.atMs, by: [3] } as const;
      const isHeld = atMs >= 1000 && atMs < 1800;
      return { ...frame, rows: frame.rows.map((row) => (isHeld ? { ...row, main } : row)) };
    });
    assert.equal(filmOf(frames, MODELS, STAGE).stillMs, 1450);
  });

  it('is not made without a frame', () => {
    assert.throws(() => filmOf([], MODELS, STAGE), /no frame/);
    assert.throws(
      () => filmOf([frameOf(0, [])], MODELS, STAGE),
      /no frame has a row of event-loop/,
    );
  });

  it('is well-formed, whatever the texts say', () => {
    const svg = pictureOf(framesOf(TRAVEL));
    assert.deepEqual(openTags(svg), []);
    assert.match(svg, /&#60;3&#62; &#38; &#39;quoted&#39;/);
    assert.doesNotMatch(svg, /<script|href=|src=|url\((?!#)/);
    assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
  });

  it('grows with what changes, not with the number of frames', () => {
    assert.equal(
      pictureOf(framesOf(TRAVEL, 2900, EVERY_MS)).length,
      pictureOf(framesOf(TRAVEL, 2900, EVERY_MS / 5)).length,
    );
  });
});

/** Checks that tags are closed in order; returns those that are still open in the end. */
function openTags(xml: string): string[] {
  const open: string[] = [];
  for (const [tag, closing, name = '', rest = ''] of xml.matchAll(
    /<(\/?)(\w+)((?:"[^"]*"|[^">])*)>/g,
  )) {
    if (closing === '/') assert.equal(open.pop(), name, tag);
    else if (!rest.endsWith('/')) open.push(name);
  }
  return open;
}

describe('a text of a film', () => {
  it('changes at once if its words do, and its numbers so slowly that they can be read', () => {
    const track = new TextTrack();
    for (let ms = 0; ms < 700; ms += 50) track.set(ms, `waits for ${ms} ms`);
    track.set(700, 'waits no more');
    assert.deepEqual(
      [...track.spans(1000)],
      [
        ['waits for 0 ms', [[0, 300]]],
        ['waits for 300 ms', [[300, 600]]],
        ['waits for 600 ms', [[600, 700]]],
        ['waits no more', [[700, 1000]]],
      ],
    );
  });
});

describe('what speaks against a recording', () => {
  const withWarning = (warning: string) => [frameOf(0, []), frameOf(1, [], { cores: 2, warning })];

  it('is a warning about late clients, and the processor time of other programs', () => {
    const late = 'The clients of this page were 80 ms late themselves: the latencies contain that.';
    assert.deepEqual(complaintsOf(withWarning(late), 0), [late]);
    assert.match(complaintsOf(framesOf([]), 30).join(), /30 %/);
  });

  it('is no warning about taken cores, if others took little of them', () => {
    const small = 'This machine is too small for what was asked: its 2 cores are busy, so …';
    assert.deepEqual(complaintsOf(withWarning(small), 3), []);
    assert.deepEqual(complaintsOf(withWarning(small), undefined), [small]);
  });
});
