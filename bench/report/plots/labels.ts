/**
 * Names at the ends of lines, in place of a legend. Names that would collide move apart, and a thin
 * line leads to each of them, so that ten contenders are still distinguishable. Pure functions.
 */
import * as Plot from '@observablehq/plot';
import { FONT_PX } from './frame.js';
import { symbolOf, type Look } from './look.js';
import type { Point } from './points.js';
import { positionOf, valueAt, type Scale } from './scale.js';
import { clean, shortened, widthOf } from './text.js';

/** The distance from one name to the next. */
export const LABEL_PX = 20;
const NAME_CHARACTERS = 18;
/** The distance from a line's end to its symbol, and from there to its name. */
const LEADER_PX = 26;
const SYMBOL_PX = 10;

export interface Line {
  readonly name: string;
  readonly look: Look;
  readonly dashed: boolean;
  readonly points: readonly Point[];
}

/** Returns the width of symbols and names next to the plot. */
export function labelsWidthPx(names: readonly string[]): number {
  const widths = names.map((name) => widthOf(shortened(clean(name), NAME_CHARACTERS), FONT_PX));
  return LEADER_PX + SYMBOL_PX + 4 + Math.max(...widths);
}

interface Layout {
  readonly x: Scale;
  readonly y: Scale;
  readonly innerPx: number;
  readonly heightPx: number;
}

export function labels(
  lines: readonly Line[],
  { x, y, innerPx, heightPx }: Layout,
): Plot.Markish[] {
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
      Plot.dot([name], { ...place, y: () => height, ...symbolOf(look), r: 4.5, dx: LEADER_PX }),
      Plot.text([shortened(clean(name), NAME_CHARACTERS)], {
        ...{ ...place, y: () => height, dx: LEADER_PX + SYMBOL_PX, textAnchor: 'start' },
      }),
    ];
  });
}

/**
 * Moves places apart until each is at least `gap` from the next; each group stays around its
 * middle.
 * @returns the new places, in the order of `places`
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
  const order = places
    .map((_, index) => index)
    .toSorted((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
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
