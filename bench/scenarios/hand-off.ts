/**
 * Hand-off: the stages from accept to the handler's first instruction, idle and under load. The
 * server itself measures them (src/threads/hand-off-stages.ts); its snapshots have the histograms.
 */
import { join } from 'node:path';
import type { CaseResult, RoundResult } from '../analysis/experiment.js';
import { formatCount } from '../analysis/numbers.js';
import { withTemporaryDirectory } from '../lib/cleanup.js';
import { longest, percentile, valueOf } from '../analysis/measures.js';
import { joined, shown } from '../analysis/sentences.js';
import { modelNamed } from '../contenders/models.js';
import { Histogram, type HistogramJson } from '../../src/base/histogram.js';
import { snapshotsOf } from '../../src/clients/watch/watch.js';
import type { HandOffView } from '../../src/serving/views.js';
import type { Bench, Scenario } from './scenario.js';

const MODEL = 'thread-per-client';
/** The first connections are left out, because their code is not compiled yet. */
const WARM_UP_MS = 1000;
const MIN_WINDOW_MS = 400;

/** The rows of the table, in the order of time. */
const STAGES: Readonly<Record<string, keyof HandOffView>> = {
  'accepted to lent': 'queued',
  'lent to woken': 'woken',
  'woken to first instruction': 'begun',
  whole: 'total',
};
const WHOLE = 'whole';

const LOADS = [
  { name: 'idle', clients: 1, pauseMs: 1, what: 'one connection per millisecond' },
  { name: 'under load', clients: 16, pauseMs: 0, what: '16 clients that connect again at once' },
] as const;

const median = percentile(50);
const p99 = percentile(99);

export const handOff: Scenario = {
  name: 'hand-off',
  partOf: 'quick',
  hasPeers: true,
  participation: 'only thread-per-client hands connections to threads',
  question:
    "How long does a connection take from accept to the handler's first instruction on a warm thread?",
  prediction:
    'One wake-up of a sleeping thread, some tens of microseconds, is nearly all of it if the server is idle. Under ' +
    'load the thread waits for a core: main lends a whole batch before it wakes the first thread.',
  lookAt:
    'The stage that takes longest, and the distance between its median and p99. The server measures the stages.',
  axis: { label: '', scale: 'none' },
  measures: [
    median,
    p99,
    percentile(99.9),
    longest(),
    valueOf('connections', { label: 'connections', format: formatCount }),
  ],
  baseline: false,
  plots: [],
  async measure(bench) {
    if (!bench.contenders('echo').some(({ name }) => name === MODEL))
      return { cases: [], remarks: [] };
    const cases: CaseResult[] = [];
    for (const load of LOADS) cases.push(await measureCase(bench, load));
    return { cases, remarks: [] };
  },
  seen: ({ cases }) =>
    joined(
      ...cases.map((one) => {
        const [middle, slow] = [shown(one, median, WHOLE), shown(one, p99, WHOLE)];
        return middle === undefined
          ? ''
          : `${one.name}: the hand-off took at most ${middle} for half of the connections, ${slow ?? ''} for 99 of 100.`;
      }),
    ),
};

async function measureCase(
  bench: Bench,
  { name, clients, pauseMs, what }: (typeof LOADS)[number],
): Promise<CaseResult> {
  const rounds = new Map(Object.keys(STAGES).map((stage): [string, RoundResult[]] => [stage, []]));
  await withTemporaryDirectory(async (directory) => {
    const admin = join(directory, 'admin.sock');
    const server = await bench.start(modelNamed(MODEL), { clients, args: ['--admin', admin] });
    const load = (durationMs: number) =>
      bench.generator.run({ port: server.port, pattern: 'churn', clients, pauseMs, durationMs });
    await load(WARM_UP_MS);
    let before = await stagesOf(admin);
    for (let round = 1; round <= bench.rounds; round++) {
      bench.note(`hand-off: ${name}`);
      await load(Math.max(MIN_WINDOW_MS, bench.roundMs));
      const after = await stagesOf(admin);
      for (const [row, stage] of Object.entries(STAGES)) {
        const all = Histogram.fromJSON(after[stage]).since(before[stage]).toJSON();
        rounds.get(row)?.push(roundOf(round, all));
      }
      before = after;
    }
    await server.stop();
  });
  return {
    name,
    title: `hand-off: ${what}`,
    clients,
    contenders: [...rounds].map(([row, of]) => ({ name: row, kind: 'variant', rounds: of })),
  };
}

async function stagesOf(admin: string): Promise<HandOffView> {
  for await (const { snapshot } of snapshotsOf(admin, { everyMs: undefined })) {
    if (snapshot.handOff) return snapshot.handOff;
  }
  throw new Error(`${MODEL}: its snapshot has no hand-off`);
}

function roundOf(round: number, all: HistogramJson): RoundResult {
  if (all.count === 0) throw new Error(`${MODEL} was handed no connection in round ${round}`);
  return { round, turn: 1, values: { connections: all.count }, latencies: { all } };
}
