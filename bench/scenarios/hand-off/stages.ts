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

/** The rows of a table, in the order of time. A way lacks the stages that it does not have. */
const STAGES: Readonly<Record<string, keyof HandOffView>> = {
  accepted: 'accepted',
  wrapped: 'wrapped',
  sent: 'sent',
  woken: 'woken',
  'first instruction': 'begun',
  [WHOLE]: 'total',
};

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

/** What was recorded between two snapshots. */
export function stagesBetween(before: HandOffView, after: HandOffView): Stages {
  const rows = Object.entries(STAGES).map(([row, stage]): [string, HistogramJson] => [
    row,
    Histogram.fromJSON(after[stage]).since(before[stage]).toJSON(),
  ]);
  return Object.fromEntries(rows.filter(([row, { count }]) => count > 0 || row === WHOLE));
}

/** The rows of a server, a round for each of its stages. @throws Error if it was handed no client */
export function stageRows(rounds: readonly Stages[], prefix = ''): ContenderResult[] {
  const names = Object.keys(STAGES).filter((row) => rounds.some((stages) => row in stages));
  return names.map((row) => ({
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
