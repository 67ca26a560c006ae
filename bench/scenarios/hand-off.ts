/**
 * Hand-off: what it costs to give a client to a thread. A quick run has the stages from accept to
 * the handler's first instruction, idle and under load, of the default way. `--scenario hand-off
 * --full` is the whole laboratory: every way and model beside what others do, connections and
 * echoes, 1 to 256 clients, cores of their own, and the death of a worker.
 *
 * Runs in the runner's process. The folder hand-off/ has the parts; read hand-off/ways.ts next. The
 * server itself measures the stages (src/threads/hand-off-stages.ts).
 */
import { join } from 'node:path';
import type { CaseResult, ExperimentResult, ValueName } from '../analysis/experiment.js';
import { formatCount } from '../analysis/numbers.js';
import { withTemporaryDirectory } from '../lib/cleanup.js';
import { withoutCounters } from '../lib/hardware-counters.js';
import { pinning } from '../lib/pinning.js';
import {
  errors,
  longest,
  memory,
  percentile,
  requestsPerSecond,
  serverCpu,
  threads,
  valueOf,
} from '../analysis/measures.js';
import { stageSums, WHOLE } from '../analysis/stage-sums.js';
import { comparedWith, joined, shown } from '../analysis/sentences.js';
import { modelNamed } from '../contenders/models.js';
import { measureConnections } from './hand-off/connections.js';
import { stageRows, stagesBetween, stagesOf, type Stages } from './hand-off/stages.js';
import { measureDeaths } from './hand-off/worker-death.js';
import { BASELINE, waysOf } from './hand-off/ways.js';
import { ratePlot } from './plots.js';
import type { Bench, Scenario } from './scenario.js';

const MODEL = 'thread-per-client';
/** The first connections are left out, because their code is not compiled yet. */
const WARM_UP_MS = 1000;
const MIN_WINDOW_MS = 400;

const LOADS = [
  { name: 'idle', clients: 1, pauseMs: 1, what: 'one connection per millisecond' },
  { name: 'under load', clients: 16, pauseMs: 0, what: '16 clients that connect again at once' },
] as const;

/** Of the whole laboratory. */
const CLIENTS = [1, 16, 64, 256];
const PINNED_CLIENTS = 16;
/** Above, only the default way of each model: a thread for each client of each way takes too long. */
const MOST_FOR_ALL_WAYS = 64;
/** The cases with a sentence; the tables have the others. */
const COMPARED = ['connections, 16 clients', 'echo, 16 clients'];

const median = percentile(50);
const p99 = percentile(99);
const perRequest = (name: ValueName, label: string, digits = 2) =>
  valueOf(name, { label, better: 'lower', format: (value) => value.toFixed(digits) });
const cpu = perRequest('cpuUsPerRequest', 'µs CPU');
const survivors = valueOf('survivors', {
  label: 'survivors',
  better: 'higher',
  format: formatCount,
});
const newClientMs = valueOf('newClientMs', {
  label: 'last new client, ms',
  better: 'lower',
  format: (ms) => ms.toFixed(1),
});

export const handOff: Scenario = {
  name: 'hand-off',
  partOf: 'quick',
  hasPeers: true,
  participation: 'only models with client threads hand connections to threads',
  question: 'What does it cost to give a client to a thread, from accept to the first instruction?',
  prediction:
    'One wake-up of a sleeping thread, some tens of microseconds, is nearly all of it if the server is idle. Under ' +
    'load the thread waits for a core: main lends a whole batch before it wakes the first thread. Ways that send a ' +
    'message, to a thread or a process, add its serialization; bytes that cross on every request cost most.',
  lookAt:
    'The stage that takes longest, and the distance between its median and p99; the server measures the stages. In ' +
    'the whole laboratory (--scenario hand-off --full): connections/s beside processor time and context switches per ' +
    'connection, and who survives the death of a worker.',
  axis: { label: 'clients', scale: 'log' },
  measures: [
    requestsPerSecond,
    median,
    p99,
    percentile(99.9),
    longest(),
    valueOf('connections', { label: 'connections', format: formatCount }),
    cpu,
    perRequest('coreWaitUsPerRequest', 'µs ready'),
    perRequest('voluntaryPerRequest', 'voluntary'),
    perRequest('involuntaryPerRequest', 'involuntary'),
    valueOf('cyclesPerRequest', { label: 'cycles', better: 'lower', format: formatCount }),
    valueOf('instructionsPerRequest', { label: 'instructions', format: formatCount }),
    valueOf('cacheMissesPerRequest', { label: 'cache misses', format: formatCount }),
    valueOf('workersJain', {
      label: 'even',
      better: 'higher',
      format: (value) => value.toFixed(2),
    }),
    serverCpu,
    memory,
    threads,
    valueOf('connected', { label: 'connected', format: formatCount }),
    survivors,
    valueOf('answered', { label: 'new clients answered', format: formatCount }),
    newClientMs,
    { ...errors, isUsual: (count) => count === 0 },
  ],
  baseline: BASELINE,
  plots: [
    ratePlot('Connections served by each way', requestsPerSecond, 'connections/s'),
    {
      name: 'cpu',
      title: 'Processor time of a connection',
      measure: cpu,
      scale: 'log',
      label: 'µs',
    },
  ],
  async measure(bench) {
    return bench.isWhole ? measureWhole(bench) : measureDefault(bench);
  },
  seen: (result, margins) =>
    joined(
      ...result.cases.map(seenOfStages),
      ...result.cases
        .filter(({ name }) => COMPARED.includes(name))
        .map((one) => comparedWith(one, requestsPerSecond, margins, BASELINE)),
      ...result.cases.map(seenOfDeaths),
    ),
};

function seenOfStages(one: CaseResult): string {
  const [middle, slow] = [shown(one, median, WHOLE), shown(one, p99, WHOLE)];
  const sums = stageSums(one);
  if (sums.length === 0) return '';
  const [least, most] = [Math.min, Math.max].map((of) => of(...sums.map(({ share }) => share)));
  const wrong = sums.filter(({ isWhole }) => !isWhole).map(({ server }) => server);
  return joined(
    middle &&
      `${one.name}: the hand-off took at most ${middle} for half of the connections, ${slow ?? ''} for 99 of 100.`,
    wrong.length > 0
      ? `${one.name}: the stages of ${wrong.join(' and ')} do NOT add up to the whole: ${formatPercents(least, most)} of it.`
      : `${one.name}: the means of the stages add up to ${formatPercents(least, most)} of the whole.`,
  );
}

function formatPercents(least = 0, most = 0): string {
  const [from, to] = [least, most].map((share) => (share * 100).toFixed(1));
  return from === to ? `${from} %` : `${from} to ${to} %`;
}

function seenOfDeaths(one: CaseResult): string {
  const all = one.clients ?? 0;
  const parts = one.contenders.flatMap(({ name }) => {
    const some = shown(one, survivors, name);
    const new_ = shown(one, newClientMs, name);
    if (some === undefined) return [];
    return [
      `${name} ${some} of ${all}${new_ === undefined ? ', and no new client was served' : ''}`,
    ];
  });
  return parts.length === 0 ? '' : `${one.name}: clients that survived: ${parts.join('; ')}.`;
}

async function measureDefault(bench: Bench): Promise<Omit<ExperimentResult, 'name'>> {
  if (!bench.contenders('echo').some(({ name }) => name === MODEL))
    return { cases: [], remarks: [] };
  const cases: CaseResult[] = [];
  for (const load of LOADS) cases.push(await measureCase(bench, load));
  return { cases, remarks: [] };
}

async function measureWhole(bench: Bench): Promise<Omit<ExperimentResult, 'name'>> {
  const cases: CaseResult[] = [];
  const remarks = [
    `With more than ${MOST_FOR_ALL_WAYS} clients, only the default way of each model takes part.`,
  ];
  await withTemporaryDirectory(async (directory) => {
    const ways = waysOf(bench, directory);
    const handing = ways.filter(({ admin }) => admin !== undefined);
    cases.push(
      ...(await measureConnections(bench, handing, {
        ...{ clients: 1, pauseMs: 1, minWindowMs: MIN_WINDOW_MS, withEcho: false },
        stages: { name: 'idle', title: `hand-off: ${LOADS[0].what}` },
      })),
    );
    for (const clients of CLIENTS) {
      const who = clients === 1 ? '1 client that connects' : `${clients} clients that connect`;
      const name = clients === 16 ? 'under load' : `under load, ${clients}`;
      const title = `hand-off: stages, ${who} again at once`;
      const stages = { name, title };
      const some =
        clients <= MOST_FOR_ALL_WAYS ? ways : ways.filter(({ kind }) => kind !== 'variant');
      cases.push(...(await measureConnections(bench, some, { clients, withEcho: true, stages })));
    }
    const cores = pinning();
    if ('missing' in cores) remarks.push(`not pinned: ${cores.missing}`);
    else
      cases.push(
        ...(await measureConnections(bench, ways, {
          ...{ clients: PINNED_CLIENTS, withEcho: true, pinning: cores },
        })),
      );
    cases.push(await measureDeaths(bench, ways));
  });
  const noCounters = withoutCounters();
  if (noCounters !== undefined) remarks.push(`no hardware counters: ${noCounters}`);
  return { cases: cases.filter(({ contenders }) => contenders.length > 0), remarks };
}

async function measureCase(
  bench: Bench,
  { name, clients, pauseMs, what }: (typeof LOADS)[number],
): Promise<CaseResult> {
  const rounds: Stages[] = [];
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
      if (before === undefined || after === undefined)
        throw new Error(`${MODEL}: its snapshot has no hand-off`);
      rounds.push(stagesBetween(before, after));
      before = after;
    }
    await server.stop();
  });
  return { name, title: `hand-off: ${what}`, clients, contenders: stageRows(rounds) };
}
