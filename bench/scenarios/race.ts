/**
 * Race: threads that count in shared memory, with and without Atomics. There is no server and no
 * client; the threads are in bench/race/race.ts.
 *
 * All threads start together and count for 20 ms, whatever --duration says. That is long enough for
 * two threads to meet on two busy cores, and short enough for a quick run. On one core hardly any
 * update is lost: the kernel interrupts a thread some hundred times per second, rarely between its
 * load and its store.
 */
import { availableParallelism } from 'node:os';
import type {
  CaseResult,
  ContenderResult,
  Measure,
  RoundMeasured,
  RoundResult,
  ValueName,
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
// No direction is better: the machine decides how often threads meet, so a comparison must not fail
// by it.
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
  participation: 'it measures threads that share memory, without a server',
  question:
    'How many updates are lost when threads count in shared memory, with and without Atomics?',
  prediction:
    'An increment is a load, an addition and a store; the store overwrites the stores of other threads in between. Two ' +
    'cores in lockstep lose one half, n cores (n − 1)/n. That is not a bound: a thread interrupted between its load ' +
    'and its store overwrites all updates of the others meanwhile. One thread alone loses none. An atomic addition ' +
    'is a single step for all other threads (ECMAScript, 25.4.4 Atomics.add): it loses none and costs more, mostly to ' +
    'move the cache line between cores. A lock loses none and costs most.',
  lookAt:
    'The updates lost by the plain increment with two or more threads; none lost by Atomics and the lock; the cost of ' +
    'an increment over all threads. One thread is the control: a loss there is not a race. If other programs keep the ' +
    'cores busy, threads meet less often and lose fewer updates.',
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
      title: 'Time per increment, over all threads',
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
      remarks:
        cores > 1
          ? []
          : ['This machine has one core: threads hardly ever meet, so few updates are lost.'],
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
      // Rotates the order, so that each way is first, second and third equally often.
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
  return {
    values: { ...raced, lostShare: raced.lost / raced.increments, nsPerIncrement },
    latencies: {},
  };
}

function seenOf(one: CaseResult): string {
  const parts = one.contenders.flatMap(({ name }) => {
    const [count, cost] = [numberOf(one, lost, name), shown(one, nsEach, name)];
    if (count === undefined || cost === undefined) return [];
    const share =
      name === PLAIN && count > 0 ? `, ${shown(one, lostShare, name) ?? ''} of all` : '';
    return [`${name} lost ${count === 0 ? 'none' : formatCount(count)}${share} (${cost} ns each)`];
  });
  return parts.length === 0 ? '' : `${one.name}: ${parts.join(', ')}.`;
}

/** Makes a measure of a sum over all rounds. */
function summed(name: ValueName, label: string): Measure {
  return {
    ...valueOf(name, { label, format: formatCount }),
    over: (rounds) => total(rounds, name),
  };
}

function total(rounds: readonly RoundResult[], name: ValueName): number {
  return rounds.reduce((sum, { values }) => sum + (values[name] ?? 0), 0);
}
