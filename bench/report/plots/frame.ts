/**
 * The frame of all plots: the title, the meaning of the values and the better direction above, the
 * missing values below. All of it is part of the picture, because a picture is also shown alone.
 *
 * The letters are large for the width: a phone shows a picture at half its size, a projector at
 * three times.
 */
import * as Plot from '@observablehq/plot';
import { renderSvg } from '../../../src/plots/render.js';
import type { PlotSpec } from '../../analysis/experiment.js';
import { MIN_ROUNDS } from '../../analysis/intervals.js';
import type { Point } from './points.js';
import { clean, shortened, wrapped } from './text.js';

export const WIDTH_PX = 560;
export const FONT_PX = 15;
/** A ratio to FONT_PX above 1.2 keeps lines of text apart. */
const LINE_PX = 19;
const TITLE_PX = 18;
const TITLE_LINE_PX = 23;
const TITLE_CHARACTERS = 180;
const EDGE_PX = 4;

export interface Drawn {
  readonly marks: readonly Plot.Markish[];
  readonly x: Plot.ScaleOptions;
  readonly y: Plot.ScaleOptions;
  /** The height inside the margins. */
  readonly heightPx: number;
  readonly leftPx: number;
  readonly rightPx: number;
  /** Room for tick labels and the axis label. */
  readonly bottomPx: number;
}

interface Surroundings {
  readonly spec: PlotSpec;
  readonly points: readonly Point[];
  readonly notes: readonly string[];
  /** The text for readers who cannot see the picture. */
  readonly label: string;
}

/** Returns the picture as one `<svg>` element. */
export function framed(drawn: Drawn, { spec, points, notes, label }: Surroundings): string {
  const textPx = WIDTH_PX - 2 * EDGE_PX;
  const title = wrapped(shortened(clean(spec.title), TITLE_CHARACTERS), TITLE_PX, textPx);
  const axis = wrapped(axisTitle(spec), FONT_PX, textPx);
  const below = [intervalNote(points), ...notes].flatMap((note) =>
    wrapped(note, FONT_PX - 1, textPx),
  );
  const topPx = 6 + title.length * TITLE_LINE_PX + axis.length * LINE_PX + 14;
  const bottomPx = drawn.bottomPx + below.length * LINE_PX + 6;
  const left = { frameAnchor: 'top-left', textAnchor: 'start', lineAnchor: 'top' } as const;
  const dx = EDGE_PX - drawn.leftPx;
  const marks = [
    ...drawn.marks,
    Plot.text([title.join('\n')], {
      ...{ ...left, dx, dy: 6 - topPx, fontSize: TITLE_PX, fontWeight: 600 },
      lineHeight: TITLE_LINE_PX / TITLE_PX,
    }),
    Plot.text([axis.join('\n')], {
      ...{ ...left, dx, dy: 6 - topPx + title.length * TITLE_LINE_PX, fontSize: FONT_PX },
      lineHeight: LINE_PX / FONT_PX,
    }),
    Plot.text([below.join('\n')], {
      ...{ ...left, frameAnchor: 'bottom-left', dx, dy: drawn.bottomPx, fontSize: FONT_PX - 1 },
      ...{ lineHeight: LINE_PX / (FONT_PX - 1), fill: 'var(--faint)' },
    }),
  ];
  const plot: Plot.PlotOptions = {
    width: WIDTH_PX,
    height: topPx + drawn.heightPx + bottomPx,
    marginTop: topPx,
    marginBottom: bottomPx,
    marginLeft: drawn.leftPx,
    marginRight: drawn.rightPx,
    style: { fontSize: `${FONT_PX}px` },
    x: { ...drawn.x, axis: null },
    y: { ...drawn.y, axis: null },
    marks,
  };
  return renderSvg({ plot, label });
}

function axisTitle({ label, measure, dashed }: PlotSpec): string {
  const better = measure.better === undefined ? '' : ` (${measure.better} is better)`;
  const lines = dashed === undefined ? '' : `; dashed: ${clean(dashed.label)}`;
  return `${clean(label)}${better}${lines}`;
}

function intervalNote(points: readonly Point[]): string {
  const rounds = points.map((point) => point.rounds).filter((count) => count > 0);
  const fewest = Math.min(...rounds);
  const most = Math.max(...rounds);
  if (rounds.length === 0) return 'Nothing was measured.';
  if (most === 1) return 'One round: no interval.';
  if (most < MIN_ROUNDS)
    return `Error bars: the range of ${most} rounds, too few for a 95 % interval.`;
  return `Error bars: 95 % interval over ${fewest === most ? '' : `${fewest} to `}${most} rounds.`;
}
