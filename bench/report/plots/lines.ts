/**
 * A plot over an axis: a line per contender, with a symbol and an error bar at each case, and the
 * name at the line's end (labels.ts). Pure functions.
 */
import { MIN_ROUNDS } from '../../analysis/intervals.js';
import * as Plot from '@observablehq/plot';
import type { Experiment, PlotSpec } from '../../analysis/experiment.js';
import { FONT_PX, WIDTH_PX, type Drawn } from './frame.js';
import { labels, labelsWidthPx, LABEL_PX, type Line } from './labels.js';
import { looksOf, symbolOf } from './look.js';
import type { Point, Points } from './points.js';
import { placeScale, valueAt, valueScale, type Scale } from './scale.js';
import { clean, shortened, widthOf } from './text.js';

const HEIGHT_PX = 300;
const AXIS_CHARACTERS = 40;
/** Room beyond the first and the last case, as a share: half a symbol, half a tick label. */
const INSET = 0.03;

export function linesOf(spec: PlotSpec, { axis }: Experiment, found: Points): Drawn {
  const { cases, contenders, points } = found;
  const looks = looksOf(contenders);
  const y = valueScale(
    spec.scale,
    points.flatMap(({ value, low, high }) => [value, low, high]),
  );
  const leftPx = 14 + Math.max(...y.ticks.map((tick) => widthOf(y.format(tick), FONT_PX)));
  const rightPx = labelsWidthPx(contenders.map(({ name }) => name));
  const innerPx = WIDTH_PX - leftPx - rightPx;
  const bytes = axis.label.includes('bytes');
  const places = cases.map((one) => one.x ?? 0);
  const x = widened(
    placeScale(axis.scale === 'log' ? 'log' : 'linear', places, innerPx / 52, bytes),
  );
  const heightPx = Math.max(HEIGHT_PX, contenders.length * LABEL_PX + 20);
  const lines = contenders.flatMap(({ name }) =>
    (spec.dashed === undefined ? [false] : [false, true]).map((dashed) => ({
      ...{
        name,
        dashed,
        look: looks.get(name) ?? {
          colour: 'currentColor',
          symbol: 'circle' as const,
          hollow: false,
        },
      },
      points: points.filter((point) => point.contender === name && point.dashed === dashed),
    })),
  );
  const marks = [
    ...grid(x, y, heightPx, shortened(clean(axis.label), AXIS_CHARACTERS)),
    // The first contenders are drawn last: models over peers, and over the control.
    ...lines.toReversed().flatMap((line) => [intervals(line, y), ...strokes(line)]),
    ...labels(lines, { x, y, innerPx, heightPx }),
  ];
  return {
    marks,
    x: { type: x.type, domain: x.domain },
    y: { type: y.type, domain: y.domain },
    ...{ heightPx, leftPx, rightPx, bottomPx: 54 },
  };
}

/** Adds room to the left of the first case and to the right of the last. */
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
    Plot.text(x.ticks, {
      x: (tick: number) => tick,
      text: x.format,
      frameAnchor: 'bottom',
      dy: 20,
    }),
    Plot.text([label], { frameAnchor: 'bottom', dy: 42 }),
  ];
}

/** Cuts intervals off at the ends of the scale, such as at 0 on a logarithmic one. */
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
      { ...at, ...symbolOf(look), r: dashed ? 3.5 : 4.5, title: titleOf },
    ),
  ];
}

/** Returns the tooltip of a point. */
function titleOf({ contender, inCase, measure, text, range, rounds }: Point): string {
  const interval =
    rounds > 1 ? `, ${rounds < MIN_ROUNDS ? 'range' : '95 % interval'} ${range}` : '';
  return clean(`${contender}, ${inCase.name}: ${measure.label} ${text}${interval}`);
}
