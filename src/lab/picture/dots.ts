/**
 * The dots of one row while they move: each runs from where it is to where it belongs. Without DOM.
 */
import { scriptOf } from '../clients/script.js';
import { KINDS, STAGES, type ClientView, type Kind, type Stage } from '../protocol.js';
import { isWaiting } from '../waiting.js';
import { colourOfClient } from '../../plots/theme.js';
import { COLUMN_OF, type Layout, type Place } from './layout.js';

/** How long a dot runs to its next place, in ms. */
export const RUN_MS = 260;

/** A leap is this faint between its first quarter and its last: the dot leaves, and arrives. */
export const LEAP_OPACITY = 0.15;
export const LEAP_EDGE_MS = RUN_MS / 4;

/** The ring of a wait is full from here on, in ms. */
export const WAIT_FULL_MS = 2000;

export interface Dot {
  readonly id: number;
  readonly kind: Kind;
  readonly colour: string;
  stage: Stage;
  /** Since when it waits for others, on the lab's clock; 0: it does not. */
  sinceMs: number;
  from: Place;
  to: Place;
  startedAtMs: number;
  /**
   * When it began to cross columns in which its connection never was; -Infinity: never. Not the
   * start of its run, which begins anew whenever its last column changes.
   */
  leaptAtMs: number;
}

export class Dots {
  readonly #dots = new Map<number, Dot>();
  /** With reduced motion, dots jump. */
  isStill = false;

  /** @param nowMs the page's clock */
  update(clients: readonly ClientView[], { dots, columns, lanes }: Layout, nowMs: number): void {
    const present = new Set<number>();
    for (const client of clients) {
      const [id, kind, stage] = client;
      const sinceMs = isWaiting(client) ? client[4] : 0;
      const to = dots.get(id);
      if (!to) continue;
      present.add(id);
      const known = this.#dots.get(id);
      const dot = known ?? {
        id,
        kind: KINDS[kind] ?? 'steady',
        colour: colourOfClient(id),
        stage: 'away',
        sinceMs,
        from: { x: columns.clients.x + 2 * to.radius, y: to.y, radius: to.radius },
        to,
        startedAtMs: nowMs,
        leaptAtMs: -Infinity,
      };
      const before = dot.stage;
      dot.stage = STAGES[stage] ?? 'done';
      dot.sinceMs = sinceMs;
      if (isLeapTo(dot, before, lanes.length > 0)) dot.leaptAtMs = nowMs;
      if (!known) this.#dots.set(id, dot);
      else if (known.to.x !== to.x || known.to.y !== to.y || known.to.radius !== to.radius) {
        dot.from = this.placeOf(dot, nowMs);
        dot.to = to;
        dot.startedAtMs = nowMs;
      }
    }
    for (const id of this.#dots.keys()) if (!present.has(id)) this.#dots.delete(id);
  }

  get all(): Iterable<Dot> {
    return this.#dots.values();
  }

  placeOf({ from, to, startedAtMs }: Dot, nowMs: number): Place {
    const part = this.isStill ? 1 : Math.min(1, Math.max(0, (nowMs - startedAtMs) / RUN_MS));
    if (part === 1) return to;
    const eased = 1 - (1 - part) ** 3;
    const between = (a: number, b: number) => a + (b - a) * eased;
    return {
      x: between(from.x, to.x),
      y: between(from.y, to.y),
      radius: between(from.radius, to.radius),
    };
  }

  /** 1, but in a leap. */
  opacityOf({ leaptAtMs }: Dot, nowMs: number): number {
    const ranMs = nowMs - leaptAtMs;
    if (this.isStill || ranMs < 0 || ranMs >= RUN_MS) return 1;
    const fromEdge = Math.min(1, Math.min(ranMs, RUN_MS - ranMs) / LEAP_EDGE_MS);
    return LEAP_OPACITY + (1 - LEAP_OPACITY) * (1 - fromEdge);
  }
}

/**
 * Whether a run to the present stage of a dot crosses columns in which its connection never was. On
 * its way to a thread, a connection passes every column, if only for an instant. From `done` comes
 * a client of the same number with a new connection.
 * @param hasThreads whether the row has lanes
 */
function isLeapTo({ stage, kind, id }: Dot, before: Stage, hasThreads: boolean): boolean {
  const [from, to] = [COLUMN_OF[before], COLUMN_OF[stage]];
  if (from === to || from === 'threads' || to === 'threads') return false;
  if (from === 'done') return true;
  if (to !== 'done') return false;
  // Between two frames, a thread may have served a client that asks once.
  const mayBeServed = hasThreads && stage === 'done' && !scriptOf(kind, id).stays;
  return !mayBeServed;
}
