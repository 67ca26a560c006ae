/**
 * A plot over an axis: a line for each contender, a symbol and an error bar at each case, its name where the line ends.
 *
 * Names that would collide move apart and a thin line leads to each, so that ten contenders can still be told apart.
 */
import * as Plot from '@observablehq/plot';
import type { Experiment, PlotSpec } from '../experiment.js';
import { FONT_PX, WIDTH_PX, type Drawn } from './frame.js';
import { looksOf, type Look } from './look.js';
import type { Point, Points } from './points.js';
import { placeScale, positionOf, valueAt, valueScale, type Scale } from './scale.js';
import { clean, shortened, widthOf } from './text.js';

const HEIGHT_PX = 300;
const LABEL_PX = 20;
const NAME_CHARACTERS = 18;
/** From the line's end to its symbol in the list of names, and from there to the name. */
const LEADER_PX = 26;
const SYMBOL_PX = 10;
/** Beyond the outermost cases, for half a symbol and half a tick label. */
const INSET = 0.03;

interface Line {
  readonly name: string;
  readonly look: Look;
  readonly dashed: boolean;
  readonly points: readonly Point[];
}

export function linesOf(spec: PlotSpec, { axis }: Experiment, found: Points): Drawn {
  const { cases, contenders, points } = found;
  const looks = looksOf(contenders);
  const y = valueScale(
    spec.scale,
    points.flatMap(({ value, low, high }) => [value, low, high]),
  );
  const leftPx = 14 + Math.max(...y.ticks.map((tick) => widthOf(y.format(tick), FONT_PX)));
  const names = contenders.map(({ name }) => shortened(clean(name), NAME_CHARACTERS));
  const rightPx = LEADER_PX + SYMBOL_PX + 4 + Math.max(...names.map((name) => widthOf(name, FONT_PX)));
  const innerPx = WIDTH_PX - leftPx - rightPx;
  const bytes = axis.label.includes('bytes');
  const places = cases.map((one) => one.x ?? 0);
  const x = widened(placeScale(axis.scale === 'log' ? 'log' : 'linear', places, innerPx / 52, bytes));
  const heightPx = Math.max(HEIGHT_PX, contenders.length * LABEL_PX + 20);
  const lines = contenders.flatMap(({ name }) =>
    (spec.dashed === undefined ? [false] : [false, true]).map((dashed) => ({
      ...{
        name,
        dashed,
        look: looks.get(name) ?? { colour: 'currentColor', symbol: 'circle' as const, hollow: false },
      },
      points: points.filter((point) => point.contender === name && point.dashed === dashed),
    })),
  );
  const marks = [
    ...grid(x, y, heightPx, clean(axis.label)),
    ...lines.map((line) => intervals(line, y)),
    ...lines.flatMap(strokes),
    ...labels(lines, { x, y, innerPx, heightPx }),
  ];
  return {
    marks,
    x: { type: x.type, domain: x.domain },
    y: { type: y.type, domain: y.domain },
    ...{ heightPx, leftPx, rightPx, bottomPx: 54 },
  };
}

/** With room to the left of the first case and to the right of the last. */
function widened(scale: Scale): Scale {
  const [first, last] = scale.domain;
  if (first === last) return { ...scale, domain: [first / 2, first * 2 || 1] };
  return { ...scale, domain: [valueAt(scale, -INSET), valueAt(scale, 1 + INSET)] };
}

function grid(x: Scale, y: Scale, heightPx: number, label: string): Plot.Markish[] {
  return [
    Plot.gridY(y.ticks, { stroke: 'var(--rule)', strokeOpacity: 1 }),
    Plot.text(y.ticks, {
      y: (tick: number) => tick,
      text: y.format,
      frameAnchor: 'left',
      textAnchor: 'end',
      dx: -8,
    }),
    Plot.ruleX(x.ticks, { insetTop: heightPx, insetBottom: -6, stroke: 'var(--faint)' }),
    Plot.text(x.ticks, { x: (tick: number) => tick, text: x.format, frameAnchor: 'bottom', dy: 20 }),
    Plot.text([label], { frameAnchor: 'bottom', dy: 42 }),
  ];
}

/** Cut off where they leave the scale, such as at the zero of a logarithmic one. */
function intervals({ points, look }: Line, { domain: [lowest, highest] }: Scale): Plot.Markish {
  const shown = points.filter(({ low, high }) => high > low);
  return Plot.ruleX(shown, {
    x: ({ inCase }: Point) => inCase.x,
    y1: ({ low }: Point) => Math.max(low, lowest),
    y2: ({ high }: Point) => Math.min(high, highest),
    stroke: look.colour,
    strokeWidth: 2,
  });
}

function strokes({ points, look, dashed }: Line): Plot.Markish[] {
  const at = { x: ({ inCase }: Point) => inCase.x, y: 'value' };
  return [
    Plot.line(points, {
      ...at,
      ...{ stroke: look.colour, strokeWidth: 2.2, strokeDasharray: dashed ? '6 5' : 'none' },
    }),
    Plot.dot(
      points.filter(({ gap }) => gap === undefined),
      { ...at, ...symbol(look), r: dashed ? 3.5 : 4.5, title: titleOf },
    ),
  ];
}

export function symbol({ colour, symbol: shape, hollow }: Look) {
  return { symbol: shape, stroke: colour, fill: hollow ? 'var(--paper)' : colour, strokeWidth: 2 };
}

/** What a pointer that rests on it shows. */
function titleOf({ contender, inCase, measure, text, range }: Point): string {
  return clean(`${contender}, ${inCase.name}: ${measure.label} ${text}, 95 % interval ${range}`);
}

interface Layout {
  readonly x: Scale;
  readonly y: Scale;
  readonly innerPx: number;
  readonly heightPx: number;
}

function labels(lines: readonly Line[], { x, y, innerPx, heightPx }: Layout): Plot.Markish[] {
  const ends = lines.flatMap(({ name, look, dashed, points }) => {
    const end = points.findLast(({ gap }) => gap === undefined);
    if (dashed || end === undefined) return [];
    return [{ name, look, end, atPx: (1 - positionOf(y, end.value)) * heightPx }];
  });
  const apart = spread(
    ends.map(({ atPx }) => atPx),
    LABEL_PX,
    heightPx,
  );
  return ends.flatMap(({ name, look, end }, index) => {
    const height = valueAt(y, 1 - (apart[index] ?? 0) / heightPx);
    const place = { frameAnchor: 'right' as const, y: height };
    const leader = {
      x1: end.inCase.x,
      y1: end.value,
      x2: valueAt(x, 1 + (LEADER_PX - 8) / innerPx),
      y2: height,
    };
    return [
      Plot.link([leader], {
        ...{ x1: 'x1', y1: 'y1', x2: 'x2', y2: 'y2', stroke: look.colour },
        ...{ strokeOpacity: 0.7, strokeDasharray: '1 2' },
      }),
      Plot.dot([name], { ...place, y: () => height, ...symbol(look), r: 4.5, dx: LEADER_PX }),
      Plot.text([shortened(clean(name), NAME_CHARACTERS)], {
        ...{ ...place, y: () => height, dx: LEADER_PX + SYMBOL_PX, textAnchor: 'start' },
      }),
    ];
  });
}

/**
 * Moves places apart until none is nearer than `gap` to the next, each group staying around its middle.
 * @returns in the order of `places`.
 */
export function spread(places: readonly number[], gap: number, length: number): number[] {
  interface Group {
    readonly members: readonly number[];
    readonly start: number;
  }
  const startOf = (members: readonly number[]) => {
    const middle = members.reduce((sum, member) => sum + (places[member] ?? 0), 0) / members.length;
    const extent = (members.length - 1) * gap;
    return Math.max(0, Math.min(middle - extent / 2, length - extent));
  };
  const order = places.map((_, index) => index).toSorted((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  const groups: Group[] = [];
  for (const index of order) {
    let group: Group = { members: [index], start: startOf([index]) };
    for (let before = groups.at(-1); before !== undefined; before = groups.at(-1)) {
      if (before.start + before.members.length * gap <= group.start) break;
      groups.pop();
      const members = [...before.members, ...group.members];
      group = { members, start: startOf(members) };
    }
    groups.push(group);
  }
  const result = places.map(() => 0);
  for (const { members, start } of groups) {
    for (const [turn, member] of members.entries()) result[member] = start + turn * gap;
  }
  return result;
}
