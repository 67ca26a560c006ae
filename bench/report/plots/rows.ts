/**
 * A plot without an axis, or of one case: a row per contender, with its bar and its value, the
 * cases below each other. A logarithmic scale has symbols in place of bars, because it has no zero
 * to start a bar from. Pure functions.
 */
import * as Plot from '@observablehq/plot';
import type { PlotSpec } from '../../analysis/experiment.js';
import { FONT_PX, type Drawn } from './frame.js';
import { looksOf, symbolOf, type Look } from './look.js';
import type { Point, Points } from './points.js';
import { valueScale, type Scale } from './scale.js';
import { clean, shortened, widthOf } from './text.js';

const ROW_PX = 28;
const NAME_CHARACTERS = 22;
const CASE_CHARACTERS = 60;

interface Row {
  readonly key: string;
  /** Left out for the head of a case. */
  readonly point?: Point;
  readonly name: string;
  readonly look: Look;
}

export function rowsOf(spec: PlotSpec, found: Points): Drawn {
  const rows = rowsIn(found);
  const bars = rows.flatMap(({ key, look, point }) => (point ? [{ key, look, point }] : []));
  const x = valueScale(
    spec.scale,
    bars.flatMap(({ point: { value, low, high } }) => [value, low, high]),
  );
  const named = rows
    .filter(({ point }) => point !== undefined)
    .map(({ name }) => widthOf(name, FONT_PX));
  const leftPx = 14 + Math.max(0, ...named);
  const rightPx = 16 + Math.max(0, ...bars.map(({ point }) => widthOf(point.text, FONT_PX)));
  const keys = rows.map(({ key }) => key);
  return {
    marks: [
      Plot.gridX(x.ticks, { stroke: 'var(--rule)', strokeOpacity: 1 }),
      Plot.text(x.ticks.filter(everyOther), {
        ...{ x: (tick: number) => tick, text: x.format, frameAnchor: 'bottom', dy: 14 },
      }),
      ...bars.flatMap((bar) => marksOf(bar, x, spec.scale)),
      ...rows.map(({ key, name, point }) =>
        Plot.text([name], {
          ...{ y: () => key, frameAnchor: 'left', dx: point ? -8 : 4 - leftPx },
          ...{ textAnchor: point ? 'end' : 'start', fontWeight: point ? 400 : 600 },
        }),
      ),
    ],
    x: { type: x.type, domain: x.domain },
    y: { type: 'band', domain: keys, paddingInner: 0.25, paddingOuter: 0.1 },
    ...{ heightPx: rows.length * ROW_PX, leftPx, rightPx, bottomPx: 32 },
  };
}

/** Puts the title of a case above its rows if there is more than one case. */
function rowsIn({ cases, contenders, points }: Points): Row[] {
  const looks = looksOf(contenders);
  const plain: Look = { colour: 'currentColor', symbol: 'circle', hollow: false };
  return cases.flatMap((one, place) => {
    const taking = one.contenders.map(({ name }) => name);
    const rows = taking.flatMap((name) =>
      points
        .filter((point) => point.inCase === one && point.contender === name)
        .map((point, index) => ({
          key: `${place} ${point.dashed ? 'dashed' : 'solid'} ${name}`,
          name: index === 0 ? shortened(clean(name), NAME_CHARACTERS) : '',
          look: looks.get(name) ?? plain,
          point,
        })),
    );
    const head = {
      key: `${place}`,
      name: shortened(clean(one.title), CASE_CHARACTERS),
      look: plain,
    };
    return cases.length > 1 ? [head, ...rows] : rows;
  });
}

function marksOf(
  { key, look, point }: { readonly key: string; readonly look: Look; readonly point: Point },
  { domain: [lowest, highest] }: Scale,
  scale: PlotSpec['scale'],
): Plot.Markish[] {
  const { value, low, high, text, gap, dashed } = point;
  const y = () => key;
  if (gap !== undefined) {
    return [
      Plot.text([text], {
        y,
        frameAnchor: 'left',
        dx: 6,
        textAnchor: 'start',
        fill: 'var(--faint)',
      }),
    ];
  }
  const end = Math.min(Math.max(value, high), highest);
  const ends = { x1: () => Math.max(low, lowest), x2: () => Math.min(high, highest) };
  const bar = {
    ...{ stroke: look.colour, strokeWidth: 1.5, strokeDasharray: dashed ? '5 4' : 'none' },
    ...{ fill: look.colour, fillOpacity: dashed ? 0 : look.hollow ? 0.3 : 0.8 },
  };
  return [
    ...(scale === 'linear' ? [Plot.barX([value], { x1: 0, x2: (d: number) => d, y, ...bar })] : []),
    ...(high > low
      ? [Plot.ruleY([0], { ...ends, y, stroke: 'currentColor', strokeWidth: 2 })]
      : []),
    ...(scale === 'log'
      ? [Plot.dot([value], { x: (d: number) => d, y, ...symbolOf(look), r: 5 })]
      : []),
    Plot.text([text], { x: () => end, y, dx: 9, textAnchor: 'start' }),
  ];
}

/** Ten labels below a narrow axis would touch: keeps every second one. */
function everyOther(_: number, index: number, { length }: readonly number[]): boolean {
  return length <= 5 || index % 2 === 0;
}
