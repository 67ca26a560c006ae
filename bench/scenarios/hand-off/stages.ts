/**
 * The stages of a hand-off, as a running server has measured them: reads its snapshots, and makes a
 * row of results of each stage. Runs in the runner's process. src/threads/hand-off-stages.ts records
 * them.
 */
import type { ContenderResult, RoundResult } from '../../analysis/experiment.js';
import { WHOLE } from '../../analysis/stage-sums.js';
import { snapshotsOf } from '../../../src/clients/watch/watch.js';
import { Histogram, type HistogramJson } from '../../../src/base/histogram.js';
import type { HandOffView } from '../../../src/serving/views.js';

/** The rows of a table, in the order of time, by the names in a snapshot. */
const ROWS: Readonly<Record<string, string>> = {
  accepted: 'accepted',
  wrapped: 'wrapped',
  sent: 'sent',
  woken: 'woken',
  begun: 'first instruction',
  total: WHOLE,
};
/** The stages before `woken` together, of a model that does not divide them. */
const BEFORE_WOKEN = { queued: 'accepted to sent' };
const PARTS_BEFORE_WOKEN = ['accepted', 'wrapped', 'sent'];

/** By row. */
export type Stages = Readonly<Record<string, HistogramJson>>;

/**
 * Reads a snapshot.
 * @param admin path of the server's admin socket
 * @returns undefined if the model hands over no clients
 */
export async function stagesOf(admin: string): Promise<HandOffView | undefined> {
  for await (const { snapshot } of snapshotsOf(admin, { everyMs: undefined })) {
    return snapshot.handOff;
  }
  throw new Error(`${admin}: no snapshot`);
}

/** What was recorded between two snapshots; a way lacks the stages that it does not have. */
export function stagesBetween(before: HandOffView, after: HandOffView): Stages {
  const earlier = new Map(Object.entries<HistogramJson>({ ...before }));
  const recorded = new Map<string, HistogramJson>();
  for (const [stage, now] of Object.entries<HistogramJson>({ ...after })) {
    const then = earlier.get(stage);
    const since = Histogram.fromJSON(now)
      .since(then ?? new Histogram().toJSON())
      .toJSON();
    if (since.count > 0 || ROWS[stage] === WHOLE) recorded.set(stage, since);
  }
  const isDivided = PARTS_BEFORE_WOKEN.some((stage) => recorded.has(stage));
  const rows = isDivided ? ROWS : { ...BEFORE_WOKEN, ...ROWS };
  return Object.fromEntries(
    Object.entries(rows).flatMap(([stage, row]): [string, HistogramJson][] => {
      const histogram = recorded.get(stage);
      return histogram === undefined ? [] : [[row, histogram]];
    }),
  );
}

/** The rows of a server, a round for each of its stages. @throws Error if it was handed no client */
export function stageRows(rounds: readonly Stages[], prefix = ''): ContenderResult[] {
  const names = [...Object.values(BEFORE_WOKEN), ...Object.values(ROWS)];
  return names
    .filter((row) => rounds.some((stages) => row in stages))
    .map((row) => ({
      name: `${prefix}${row}`,
      kind: 'variant',
      rounds: rounds.flatMap((stages, index) => roundOf(row, stages[row], index + 1)),
    }));
}

function roundOf(row: string, all: HistogramJson | undefined, round: number): RoundResult[] {
  if (row === WHOLE && (all === undefined || all.count === 0))
    throw new Error(`no connection was handed over in round ${round}`);
  if (all === undefined) return [];
  return [{ round, turn: 1, values: { connections: all.count }, latencies: { all } }];
}
