/**
 * A dot of a film in SVG: the client's shape and number, and a ring that grows while it waits. Pure.
 * Around the origin; an animation of its group moves it.
 */
import { LEAP_EDGE_MS, LEAP_OPACITY, WAIT_FULL_MS } from '../picture/dots.js';
import { LONG_WAIT_MS } from '../waiting.js';
import { MOST_RADIUS as RADIUS, type Place } from '../picture/layout.js';
import { cornersOf } from '../picture/outline.js';
import type { Kind } from '../protocol.js';
import type { DotFilm } from './dot-film.js';
import { round, type Pen } from './pen.js';
import type { Keyframe, Stylesheet } from './stylesheet.js';
import type { Span } from './track.js';

/** How long a dot takes to appear, and to fade away, in ms. */
const APPEAR_MS = 60;
const FADE_MS = 200;

export function drawDot(dot: DotFilm, { sheet, stillMs, lengthMs }: Pen): string {
  const { id, kind, colour, stays, brokenAtMs } = dot;
  const isScaled = stays.some(({ place }) => place.radius !== RADIUS);
  const keyframes = [
    ...[...moves(dot, isScaled, lengthMs), ...presence(dot, lengthMs)],
    ...dot.leaps.flatMap((leap) => faintness(leap, dot)),
  ];
  const still = stays.find(({ toMs }) => toMs >= stillMs);
  const isHere = still !== undefined && (stays[0]?.fromMs ?? Infinity) <= stillMs;
  const place = (still ?? stays.at(-1))?.place ?? { x: 0, y: 0, radius: RADIUS };
  const attributes = [
    'class="m d"',
    `transform="${transformOf(place, isScaled)}"`,
    ...(isHere ? [] : ['opacity="0"']),
    ...(keyframes.length === 0 ? [] : [`style="animation-name:${sheet.nameOf(keyframes)}"`]),
  ];
  const colours = kind === 'silent' ? `class="o" stroke="${colour}"` : `fill="${colour}"`;
  const cross = brokenAtMs === undefined ? '' : drawCross(sheet.shownIn([[brokenAtMs, lengthMs]]));
  const number = `<text class="n" y="4">${id}</text>`;
  return `<g ${attributes.join(' ')}>${outline(kind, colours)}${number}${drawRing(dot, sheet)}${cross}</g>`;
}

function outline(kind: Kind, colours: string): string {
  const corners = cornersOf(kind);
  if (!corners) return `<circle r="${RADIUS}" ${colours}/>`;
  const points = corners.map(([x, y]) => `${round(x * RADIUS)},${round(y * RADIUS)}`);
  return `<polygon points="${points.join(' ')}" ${colours}/>`;
}

function drawCross(animation: string): string {
  return `<path class="t x" style="animation-name:${animation}" d="M-${RADIUS}-${RADIUS}L${RADIUS} ${RADIUS}M${RADIUS}-${RADIUS}L-${RADIUS} ${RADIUS}"/>`;
}

/** Where it stays; between two stays, CSS moves it. */
function moves({ stays }: DotFilm, isScaled: boolean, lengthMs: number): Keyframe[] {
  const frames: { atMs: number[]; css: string }[] = [];
  for (const { place, fromMs, toMs } of stays) {
    const css = `transform:${transformOf(place, isScaled, 'px')}`;
    const last = frames.at(-1);
    if (last?.css === css) last.atMs[1] = toMs;
    else frames.push({ atMs: fromMs === toMs ? [fromMs] : [fromMs, toMs], css });
  }
  // It has one place, which its attribute says.
  if (frames.length < 2) return [];
  frames[0]?.atMs.unshift(0);
  // Without an end, CSS would let it run back to where its attribute has it.
  frames.at(-1)?.atMs.push(lengthMs);
  return frames;
}

function presence({ stays }: DotFilm, lengthMs: number): Keyframe[] {
  const fromMs = stays[0]?.fromMs ?? 0;
  const toMs = stays.at(-1)?.toMs ?? lengthMs;
  const isFirst = fromMs === 0;
  const isLast = toMs >= lengthMs;
  if (isFirst && isLast) return [];
  return [
    ...(isFirst ? [] : [{ atMs: [0, fromMs], css: 'opacity:0' }]),
    {
      atMs: [
        isFirst ? 0 : fromMs + APPEAR_MS,
        isLast ? lengthMs : Math.max(toMs, fromMs + APPEAR_MS),
      ],
      css: 'opacity:1',
    },
    ...(isLast ? [] : [{ atMs: [Math.min(lengthMs, toMs + FADE_MS), lengthMs], css: 'opacity:0' }]),
  ];
}

/** While it leaps. A dot that comes or goes meanwhile has the other times of its presence. */
function faintness([fromMs, toMs]: Span, { stays }: DotFilm): Keyframe[] {
  const [comesMs, goesMs] = [stays[0]?.fromMs ?? 0, stays.at(-1)?.toMs ?? Infinity];
  const faint = [fromMs + LEAP_EDGE_MS, toMs - LEAP_EDGE_MS];
  return [
    { atMs: [fromMs], css: 'opacity:1' },
    { atMs: faint, css: `opacity:${LEAP_OPACITY}` },
    { atMs: [toMs], css: 'opacity:1' },
  ].flatMap(({ atMs, css }) => {
    const present = atMs.filter((ms) => ms > comesMs + APPEAR_MS && ms < goesMs);
    return present.length === 0 ? [] : [{ atMs: present, css }];
  });
}

/** An arc from the top, as long as the wait; around the circle after two seconds. */
function drawRing({ waits }: DotFilm, sheet: Stylesheet): string {
  const long = waits.filter(([fromMs, toMs]) => toMs - fromMs >= LONG_WAIT_MS);
  if (long.length === 0) return '';
  let before = 0;
  const keyframes = long.flatMap(([since, toMs]) => {
    const fromMs = Math.max(since, before + 1);
    before = toMs;
    const fullMs = Math.min(toMs, fromMs + WAIT_FULL_MS);
    const left = round(1 - (fullMs - fromMs) / WAIT_FULL_MS);
    return [
      { atMs: [fromMs], css: 'stroke-dashoffset:1' },
      { atMs: fullMs === toMs ? [toMs] : [fullMs, toMs], css: `stroke-dashoffset:${left}` },
      { atMs: [toMs + 1], css: 'stroke-dashoffset:1' },
    ];
  });
  return `<circle class="w m" r="${RADIUS + 1}" pathLength="1" style="animation-name:${sheet.nameOf(keyframes)}"/>`;
}

function transformOf({ x, y, radius }: Place, isScaled: boolean, unit = ''): string {
  const scale = isScaled ? ` scale(${round(radius / RADIUS, 100)})` : '';
  return `translate(${round(x)}${unit},${round(y)}${unit})${scale}`;
}
