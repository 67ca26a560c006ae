/**
 * Threads that count in shared memory, with and without Atomics. No server and no client: bench/race/race.ts.
 *
 * All threads begin together and count for a while, which is not --duration: long enough that two threads meet on two
 * cores even of a busy machine, short enough for a quick run. On a machine with one core hardly anything is lost: there a thread is interrupted a few
 * hundred times a second, and only seldom between its load and its store.
 */
import { availableParallelism } from 'node:os';
import type {
  CaseResult,
  ContenderResult,
  Measure,
  RoundMeasured,
  RoundResult,
} from '../analysis/experiment.js';
import { formatCount, formatShare } from '../analysis/numbers.js';
import { valueOf } from '../analysis/measures.js';
import { Racers } from '../race/race.js';
import type { Way } from '../race/worker.js';
import { joined, numberOf, shown } from '../analysis/sentences.js';
import type { Bench, Scenario } from './scenario.js';

const WAYS: readonly Way[] = ['plain increment', 'Atomics.add', 'lock'];
const PLAIN = 'plain increment';
const ROUND_MS = 20;

const increments = summed('increments', 'increments');
// Neither way is better: how often threads meet is the machine's doing, and must not fail a comparison of two runs.
const lost = summed('lost', 'lost');
const lostShare: Measure = {
  ...valueOf('lostShare', { label: 'lost, share', format: formatShare }),
  over: (rounds) => total(rounds, 'lost') / total(rounds, 'increments'),
};
const nsEach = valueOf('nsPerIncrement', {
  label: 'ns each',
  better: 'lower',
  format: (ns) => ns.toFixed(1),
});

export const race: Scenario = {
  name: 'race',
  partOf: 'quick',
  whoTakesPart: 'it is about threads that share memory, without a server',
  question: 'How many updates are lost when threads count in shared memory, with and without Atomics?',
  prediction:
    'An increment is a load, an addition and a store, and what another thread stores in between is overwritten. Two ' +
    'cores that run this loop in step lose a half, n cores (n − 1)/n. That is no bound: a thread that is interrupted ' +
    'between its load and its store undoes with it whatever the others did meanwhile. One thread alone loses nothing. An atomic addition is one step for all others (ECMAScript, 25.4.4 Atomics.add): it loses nothing and costs ' +
    'more, most of it for the cache line that goes from core to core. A lock loses nothing either and costs most.',
  lookAt:
    'The updates lost by the plain increment from two threads on; that Atomics and the lock lose not one; and what ' +
    'an increment costs, all threads together. One thread is the control: whatever is wrong there is not a race. Where other ' +
    'programs keep the cores busy, threads meet less often and less is lost.',
  axis: { label: 'threads', scale: 'linear' },
  measures: [lost, lostShare, increments, nsEach],
  baseline: false,
  plots: [
    {
      name: 'lost',
      title: 'Lost updates',
      measure: lostShare,
      scale: 'linear',
      label: '% of all increments',
      unit: 0.01,
    },
    {
      name: 'cost',
      title: 'What an increment takes, all threads together',
      measure: nsEach,
      scale: 'log',
      label: 'ns',
    },
  ],
  async measure(bench) {
    const cases = [];
    for (const threads of bench.length === 'quick' ? [1, 2] : [1, 2, 4]) {
      cases.push(await measureCase(bench, threads));
    }
    const cores = availableParallelism();
    return {
      cases,
      remarks: cores > 1 ? [] : ['one core only: threads hardly ever meet, so little is lost'],
    };
  },
  seen: ({ cases }) => joined(...cases.map(seenOf)),
};

async function measureCase(bench: Bench, threads: number): Promise<CaseResult> {
  const name = `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  const rounds: Record<Way, RoundResult[]> = { 'plain increment': [], 'Atomics.add': [], lock: [] };
  const racers = new Racers(threads);
  try {
    for (const way of WAYS) {
      bench.note(`race: ${name}, ${way}`);
      await measureRound(racers, way);
    }
    for (let round = 1; round <= bench.rounds; round++) {
      // Each is first, second and third equally often.
      const first = round % WAYS.length;
      for (const [index, way] of [...WAYS.slice(first), ...WAYS.slice(0, first)].entries())
        rounds[way].push({ round, turn: index + 1, ...(await measureRound(racers, way)) });
    }
  } finally {
    await racers.stop();
  }
  const contenders = WAYS.map((way): ContenderResult => ({
    name: way,
    kind: 'variant',
    rounds: rounds[way],
  }));
  return { name, title: `race: counting in shared memory, ${name}`, x: threads, contenders };
}

async function measureRound(racers: Racers, way: Way): Promise<RoundMeasured> {
  const raced = await racers.race(way, ROUND_MS);
  const nsPerIncrement = (raced.seconds * 1e9) / raced.increments;
  return { values: { ...raced, lostShare: raced.lost / raced.increments, nsPerIncrement }, latencies: {} };
}

function seenOf(one: CaseResult): string {
  const parts = one.contenders.flatMap(({ name }) => {
    const [count, cost] = [numberOf(one, lost, name), shown(one, nsEach, name)];
    if (count === undefined || cost === undefined) return [];
    const share = name === PLAIN && count > 0 ? `, ${shown(one, lostShare, name) ?? ''} of all` : '';
    return [`${name} lost ${count === 0 ? 'none' : formatCount(count)}${share} (${cost} ns each)`];
  });
  return parts.length === 0 ? '' : `${one.name}: ${parts.join(', ')}.`;
}

/** Of all rounds together. */
function summed(name: string, label: string): Measure {
  return {
    ...valueOf(name, { label, format: formatCount }),
    over: (rounds) => total(rounds, name),
  };
}

function total(rounds: readonly RoundResult[], name: string): number {
  return rounds.reduce((sum, { values }) => sum + (values[name] ?? 0), 0);
}
