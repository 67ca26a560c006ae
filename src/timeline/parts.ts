/**
 * When a client that is served computes and when it waits, as far as the log tells.
 *
 * The log has sums, and the times in which a loop was held and by whom. So the time of a client that
 * is served on a loop, main's or a worker's, falls into zones:
 *
 *     own       it held the loop: it computes
 *     before    another client held the loop, or it stood, right before this one held it or ended:
 *               its waits for the loop. What waits is served as soon as the loop turns
 *     others    another client held the loop, or it stood: what is left of these waits
 *     between   the rest of a long turn, which several clients shared: what is left of these waits
 *               and of its computing
 *     free      the loop turned: what is left of both
 *
 * A client on a thread of its own has the free zone only. The order within a zone is not known, so the states
 * share the height of the bar there: the area of a state is its time.
 */
import type { Span } from './connections.js';
import type { Block } from './blocks.js';
import type { State } from './states.js';

/** A rectangle of a bar. `served`: the log does not say what happened. */
export interface Part {
  readonly state: State | 'served';
  readonly fromMs: number;
  readonly toMs: number;
  /** Of the height of the bar, from its foot: 0 to 1. */
  readonly low: number;
  readonly high: number;
}

type Interval = readonly [fromMs: number, toMs: number];

interface Zone {
  readonly intervals: readonly Interval[];
  /** Shares of the height, 0 to 1; the rest is waiting for the client. */
  readonly computes: number;
  readonly ready: number;
}

/** The log truncates times to milliseconds, and a turn of the loop also does other things. */
const MAX_GAP_MS = 5;
/** Lower parts would not be seen. */
const MIN_SHARE = 0.01;

/** Returns how many blocks of its loop overlap the service of a client. */
export function countBlocks(span: Span, blocks: readonly Block[]): number {
  const [first, end] = rangeWithin(span, blocks);
  return end - first;
}

/**
 * Returns the parts of a client's service, in the order of time; none without a service.
 * @param blocks of the loop on which it is served
 */
export function partsOf(span: Span, blocks: readonly Block[]): Part[] {
  const { startedMs, endMs, served } = span;
  if (startedMs === undefined) return [];
  if (!served) return [{ state: 'served', fromMs: startedMs, toMs: endMs, low: 0, high: 1 }];
  return zonesOf(span, blocks)
    .flatMap((zone) => zone.intervals.flatMap((interval) => stacked(interval, zone)))
    .sort((a, b) => a.fromMs - b.fromMs || a.low - b.low);
}

function stacked([fromMs, toMs]: Interval, { computes, ready }: Zone): Part[] {
  const both = Math.min(1, computes + ready);
  const parts: Part[] = [
    { state: 'computes', fromMs, toMs, low: 0, high: computes },
    { state: 'ready', fromMs, toMs, low: computes, high: both },
    { state: 'client', fromMs, toMs, low: both, high: 1 },
  ];
  return parts.filter(({ low, high }) => high - low >= MIN_SHARE);
}

function zonesOf(span: Span, blocks: readonly Block[]): Zone[] {
  const { own, before, others, between, free } = intervalsOf(span, blocks);
  const { computedMs = 0, loopWaitMs = 0, coreWaitMs = 0 } = span.served ?? {};
  const computing = new Rest(computedMs);
  const waiting = new Rest(loopWaitMs + coreWaitMs);
  const zone = (intervals: readonly Interval[], takes: { computes: boolean; ready: boolean }) => {
    const sizeMs = intervals.reduce((sum, [fromMs, toMs]) => sum + toMs - fromMs, 0);
    const readyMs = takes.ready ? waiting.take(sizeMs) : 0;
    const computesMs = takes.computes ? computing.take(sizeMs - readyMs) : 0;
    return { intervals, computes: share(computesMs, sizeMs), ready: share(readyMs, sizeMs) };
  };
  return [
    zone(own, { computes: true, ready: false }),
    zone(before, { computes: false, ready: true }),
    zone(others, { computes: false, ready: true }),
    zone(between, { computes: true, ready: true }),
    zone(free, { computes: true, ready: true }),
  ];
}

/** What is left of a sum that the zones share out. */
class Rest {
  #leftMs: number;

  constructor(sumMs: number) {
    this.#leftMs = sumMs;
  }

  take(mostMs: number): number {
    const takenMs = Math.min(this.#leftMs, mostMs);
    this.#leftMs -= takenMs;
    return takenMs;
  }
}

function share(partMs: number, wholeMs: number): number {
  return wholeMs > 0 ? Math.min(1, Math.max(0, partMs / wholeMs)) : 0;
}

/** Returns the indexes of the blocks that overlap the service: the first, and the one after the last. */
function rangeWithin(span: Span, blocks: readonly Block[]): [first: number, end: number] {
  const { startedMs = span.endMs, endMs } = span;
  const first = countWhile(blocks, ({ toMs }) => toMs <= startedMs);
  return [
    first,
    Math.max(
      first,
      countWhile(blocks, ({ fromMs }) => fromMs < endMs),
    ),
  ];
}

/** Returns for how many blocks a condition holds that holds for the first ones only. */
function countWhile(blocks: readonly Block[], holds: (block: Block) => boolean): number {
  let from = 0;
  let to = blocks.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    const block = blocks[middle];
    if (block && holds(block)) from = middle + 1;
    else to = middle;
  }
  return from;
}

function intervalsOf(span: Span, blocks: readonly Block[]) {
  const { startedMs = span.endMs, endMs, connection } = span;
  const own: Interval[] = [];
  const before: Interval[] = [];
  const others: Interval[] = [];
  const between: Interval[] = [];
  const free: Interval[] = [];
  /** Times in which others held the loop, without a gap until the present one. */
  let run: Interval[] = [];
  const add = (intervals: Interval[], fromMs: number, toMs: number) => {
    const interval: Interval = [Math.max(fromMs, startedMs), Math.min(toMs, endMs)];
    if (interval[1] > interval[0]) intervals.push(interval);
  };
  const endRun = (nextMs: number, isNextOwn: boolean) => {
    const isNear = nextMs - (run.at(-1)?.[1] ?? nextMs) <= MAX_GAP_MS;
    if (isNear && !isNextOwn) return;
    const ended = isNear ? before : others;
    for (const interval of run) ended.push(interval);
    run = [];
  };
  let freeFromMs = startedMs;
  for (const { fromMs, toMs, holder, heldFromMs } of blocks.slice(...rangeWithin(span, blocks))) {
    add(free, freeFromMs, fromMs);
    endRun(fromMs, holder === connection);
    // Where no handler held the loop, none computed.
    add(holder === undefined ? run : between, fromMs, heldFromMs);
    add(holder === connection ? own : run, heldFromMs, toMs);
    freeFromMs = toMs;
  }
  add(free, freeFromMs, endMs);
  endRun(endMs, true);
  return { own, before, others, between, free };
}
