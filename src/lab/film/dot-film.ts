/**
 * The dots of a row of a film. Pure. They run as on the page (../picture/dots.ts): a dot stays where it
 * is, runs to its next place when a frame has it there, and stays again.
 */
import { Dots, RUN_MS, type Dot } from '../picture/dots.js';
import type { Layout, Place } from '../picture/layout.js';
import type { ClientView, Kind } from '../protocol.js';
import type { Span } from './track.js';

/** Between two stays, a dot runs. */
interface Stay {
  readonly place: Place;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface DotFilm {
  readonly id: number;
  readonly kind: Kind;
  readonly colour: string;
  /** From when the client comes until it is gone. */
  readonly stays: readonly Stay[];
  /** For an answer, each from when it was due. */
  readonly waits: readonly Span[];
  /** When it crosses columns in which its connection never was. */
  readonly leaps: readonly Span[];
  /** When the client is refused, or has lost its connection. */
  readonly brokenAtMs: number | undefined;
}

interface Shot {
  readonly dot: Dot;
  /** Where it was when each of its runs began, and the last place. */
  readonly stays: Stay[];
  readonly waits: Span[];
  readonly leaps: Span[];
  waitsFromMs: number;
  brokenAtMs: number | undefined;
}

export class DotShooting {
  readonly #dots = new Dots();
  readonly #shots = new Map<number, Shot>();
  readonly #ended: DotFilm[] = [];

  /** @param atMs since `startMs`, which is on the lab's clock */
  add(
    clients: readonly ClientView[],
    layout: Layout,
    { atMs, startMs }: { readonly atMs: number; readonly startMs: number },
  ): void {
    this.#dots.update(clients, layout, atMs);
    const present = new Set<Dot>(this.#dots.all);
    for (const [id, shot] of this.#shots) if (!present.has(shot.dot)) this.#end(id, shot, atMs);
    for (const dot of present) {
      const shot = this.#shots.get(dot.id) ?? this.#begin(dot, atMs);
      if (dot.startedAtMs === atMs) this.#run(shot, atMs);
      if (dot.leaptAtMs === atMs) shot.leaps.push([atMs, atMs + RUN_MS]);
      const waitsFromMs = dot.sinceMs > 0 ? Math.max(0, dot.sinceMs - startMs) : -1;
      if (waitsFromMs !== shot.waitsFromMs) {
        endWait(shot, atMs);
        shot.waitsFromMs = waitsFromMs;
      }
      if (dot.stage === 'refused' || dot.stage === 'lost') shot.brokenAtMs ??= atMs;
    }
  }

  end(lengthMs: number): DotFilm[] {
    for (const [id, shot] of this.#shots) this.#end(id, shot, lengthMs);
    return this.#ended.sort((a, b) => a.id - b.id);
  }

  #begin(dot: Dot, atMs: number): Shot {
    // The dots of the first frame are there already.
    if (atMs === 0) {
      dot.from = dot.to;
      dot.leaptAtMs = -Infinity;
    }
    const shot: Shot = {
      ...{ dot, stays: [], waits: [], leaps: [], waitsFromMs: -1, brokenAtMs: undefined },
    };
    this.#shots.set(dot.id, shot);
    return shot;
  }

  /** Its last stay ends, wherever it has come to. */
  #run({ dot, stays }: Shot, atMs: number): void {
    const last = stays.pop();
    const stay = { place: dot.from, fromMs: Math.min(last?.fromMs ?? atMs, atMs), toMs: atMs };
    stays.push(stay, { place: dot.to, fromMs: atMs + RUN_MS, toMs: atMs + RUN_MS });
  }

  #end(id: number, shot: Shot, atMs: number): void {
    const { dot, stays, waits, leaps, brokenAtMs } = shot;
    endWait(shot, atMs);
    const last = stays.pop();
    if (last) stays.push({ ...last, fromMs: Math.min(last.fromMs, atMs), toMs: atMs });
    const { kind, colour } = dot;
    this.#ended.push({ ...{ id, kind, colour, stays, waits, leaps, brokenAtMs } });
    this.#shots.delete(id);
  }
}

function endWait({ waits, waitsFromMs }: Shot, atMs: number): void {
  if (waitsFromMs >= 0) waits.push([waitsFromMs, atMs]);
}
