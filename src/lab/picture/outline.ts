/**
 * The shape of a client's dot, by what the client does. Pure.
 */
import type { Kind } from '../protocol.js';

type Corner = readonly [x: number, y: number];

const TOP = -Math.PI / 2;
const HALF_SIDE = 0.9;
const SQUARE: readonly Corner[] = [
  [-HALF_SIDE, -HALF_SIDE],
  [HALF_SIDE, -HALF_SIDE],
  [HALF_SIDE, HALF_SIDE],
  [-HALF_SIDE, HALF_SIDE],
];

/**
 * The corners around the middle of a dot, in its radii; undefined for a circle, which a client has
 * that asks and reads, or is silent.
 */
export function cornersOf(kind: Kind): readonly Corner[] | undefined {
  if (kind === 'computing') return SQUARE;
  if (kind === 'speaker') return polygon(-1.15, 3);
  if (kind === 'sleeping') return polygon(1.15, 3);
  if (kind === 'unread') return polygon(1.1, 4);
  return kind === 'killer' ? polygon(1.1, 5) : undefined;
}

function polygon(radius: number, corners: number): readonly Corner[] {
  return Array.from({ length: corners }, (_, corner) => {
    const angle = TOP + (corner / corners) * 2 * Math.PI;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}
