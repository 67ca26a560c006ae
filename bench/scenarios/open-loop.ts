/**
 * Open loop: requests at a constant rate that does not depend on the answers. Method:
 * bench/generator/loads/open-loop.ts, after wrk2 (Gil Tene, "How NOT to Measure Latency"): a
 * latency starts at the intended send of its request, not at the actual one.
 */
import type {
  CaseResult,
  ContenderResult,
  ExperimentResult,
  RoundMeasured,
} from '../analysis/experiment.js';
import { findContender, measured } from '../analysis/estimates.js';
import { formatCount } from '../analysis/numbers.js';
import type { ArrivalsName } from '../generator/protocol/jobs.js';
import type { Generator } from '../generator/handle.js';
import { measuredLoad, measuredOpenLoop } from '../analysis/measured.js';
import { errors, p50, p99, percentile, served, serverCpu, valueOf } from '../analysis/measures.js';
import { caseNamed, joined, numberOf, shown } from '../analysis/sentences.js';
import { modelNamed } from '../contenders/models.js';
import { targetOf, type Contender, type RunningServer } from '../contenders/contender.js';
import type { Bench, Case, Scenario } from './scenario.js';

const CLIENTS = 64;
/**
 * Offered rates as shares of the event loop's rate in a closed loop: below, near and past the knee.
 */
const SHARES = [0.1, 0.5, 0.8, 1, 1.2];
const CLOSED_LOOP_MS = 1000;
/** Past the knee, a queue needs time to grow. */
const MIN_WINDOW_MS = 400;
const PAUSED = 'paused for 1.4 s';
const PAUSE = { requestsPerSecond: 2000, durationMs: 8000, pause: { afterMs: 2000, forMs: 1400 } };
/**
 * A server that serves one of 64 connections misses 63 schedules at any rate, so it has no knee.
 */
const LEFT_OUT = { iterative: 'it serves one client at a time, and there are 64 connections' };

const answered = valueOf('requestsPerSecond', {
  label: 'answered/s',
  better: 'higher',
  format: formatCount,
});
const uncorrectedP99 = percentile(99, 'uncorrected');

export const openLoop: Scenario = {
  name: 'open-loop',
  partOf: 'full',
  serverServices: ['echo'],
  participation: 'the rates are shares of the rate of the event loop in a closed loop',
  question: 'What latency does a server have at a constant rate of requests?',
  prediction:
    'Far below its capacity a server is fast. Near it, a queue forms by chance; beyond it, the queue and the latency ' +
    'grow without bound. A closed loop never shows this, because its clients wait for the server: measured from the ' +
    'actual send, the same requests look fast (coordinated omission).',
  lookAt:
    'The knee of the corrected p99 (solid line), which the uncorrected p99 (dashed) hardly shows. A server that is paused ' +
    'for 1.4 s makes the difference obvious: corrected above 1 s, uncorrected below 50 ms.',
  axis: { label: 'requests/s offered', scale: 'linear' },
  measures: [
    answered,
    p50,
    p99,
    percentile(50, 'uncorrected'),
    uncorrectedP99,
    valueOf('offeredPerSecond', { label: 'offered/s', format: formatCount }),
    valueOf('dropped', { label: 'dropped', format: formatCount }),
    percentile(99, 'lag'),
    serverCpu,
    errors,
    served,
  ],
  plots: [
    {
      name: 'p99',
      title: 'p99 by offered rate: from the intended send, and (dashed) from the actual send',
      measure: p99,
      dashed: uncorrectedP99,
      scale: 'log',
      label: 'ms',
      unit: 1e6,
    },
  ],
  async measure(bench) {
    const capacity = await closedLoopRate(bench);
    const cases = SHARES.map((share) =>
      offering(share, Math.round((capacity * share) / 100) * 100, bench.arrivals),
    );
    const remarks = [
      `In a closed loop the event loop answered ${formatCount(capacity)} requests/s.`,
    ];
    const contenders = bench.contenders('echo');
    return { cases: await bench.compare([...cases, pausedCase(contenders)], contenders), remarks };
  },
  seen: (result) => joined(...seenOfKnee(result), ...seenOfPause(caseNamed(result, PAUSED))),
};

/** With Poisson arrivals, a case has another name: results of both must not be compared. */
function offering(share: number, requestsPerSecond: number, arrivals: ArrivalsName): Case {
  const process = arrivals === 'poisson' ? ', Poisson' : '';
  const seeds = new Seeds();
  return {
    name: `${Math.round(share * 100)} % load${process}`,
    title: `open-loop: ${formatCount(requestsPerSecond)} requests/s offered${process}, ${CLIENTS} connections`,
    x: requestsPerSecond,
    clients: CLIENTS,
    needs: { service: 'echo', clients: CLIENTS },
    leftOut: LEFT_OUT,
    minWindowMs: MIN_WINDOW_MS,
    load: async (generator, server, window) => {
      if (window.isWarmUp) return warmedUp(generator, server, window.durationMs);
      const { warmUpMs, durationMs } = window;
      return measuredOpenLoop(
        await generator.openLoop({
          ...targetOf(server),
          ...{ clients: CLIENTS, requestsPerSecond, warmUpMs, durationMs },
          ...{ arrivals, seed: seeds.next(server.name) },
        }),
      );
    },
  };
}

/** Rounds of one server have other arrivals each; all servers of a round have the same. */
class Seeds {
  readonly #taken = new Map<string, number>();

  next(server: string): number {
    const seed = (this.#taken.get(server) ?? 0) + 1;
    this.#taken.set(server, seed);
    return seed;
  }
}

/**
 * Warms up at full speed, because a constant rate looks steady at once. At a tenth of the event
 * loop's capacity, 64 threads would not have compiled their code by the first round.
 */
async function warmedUp(
  generator: Generator,
  server: RunningServer,
  durationMs: number,
): Promise<RoundMeasured> {
  return measuredLoad(await generator.run({ ...targetOf(server), clients: CLIENTS, durationMs }));
}

/** Provokes coordinated omission: the server's process is stopped for a while. */
function pausedCase(contenders: readonly Contender[]): Case {
  const servers = contenders.filter(({ kind }) => kind === 'server');
  const reason = 'the bench pauses only its own servers';
  const notPaused = servers.map(({ name }): [string, string] => [name, reason]);
  return {
    name: PAUSED,
    title: `open-loop: 2,000 requests/s, the server ${PAUSED} of 8 s`,
    clients: CLIENTS,
    needs: { service: 'echo', clients: CLIENTS },
    leftOut: { ...LEFT_OUT, ...Object.fromEntries<string>(notPaused) },
    maxRounds: 1,
    async load(generator, server, { warmUpMs, durationMs, isWarmUp }) {
      if (isWarmUp) return warmedUp(generator, server, durationMs);
      return measuredOpenLoop(
        await generator.openLoop({ ...targetOf(server), clients: CLIENTS, warmUpMs, ...PAUSE }),
      );
    },
  };
}

async function closedLoopRate(bench: Bench): Promise<number> {
  const server = await bench.start(modelNamed('event-loop'), { clients: CLIENTS });
  const load = {
    port: server.port,
    clients: CLIENTS,
    warmUpMs: CLOSED_LOOP_MS,
    durationMs: CLOSED_LOOP_MS,
  };
  const { values } = measuredLoad(await bench.generator.run(load));
  await server.stop();
  return values.requestsPerSecond ?? 0;
}

/** The knee is the highest rate up to which the corrected p99 stays below this. */
const KNEE_NS = 10e6;

function seenOfKnee({ cases }: ExperimentResult): string[] {
  const sweep = cases.filter(({ x }) => x !== undefined);
  const names = new Set(
    sweep.flatMap(({ contenders }) => contenders.filter(hasRounds).map(({ name }) => name)),
  );
  return [...names].map((name) => {
    const slow = sweep.findIndex((one) => {
      const ns = numberOf(one, p99, name);
      return ns === undefined || ns >= KNEE_NS;
    });
    const last = (slow === -1 ? sweep : sweep.slice(0, slow)).at(-1);
    const beyond = sweep[slow] && p99With(sweep[slow], name);
    return last === undefined
      ? `${name}: p99 was 10 ms or more even at the lowest rate${beyond === undefined ? '' : `: ${beyond}`}.`
      : `${name}: p99 stayed below 10 ms up to ${formatCount(last.x ?? 0)} requests/s${beyond === undefined ? '' : `; it was ${beyond}`}.`;
  });
}

/**
 * Includes the interval, because near the knee p99 varies by orders of magnitude between rounds.
 */
function p99With(one: CaseResult, name: string): string | undefined {
  const contender = findContender(one, name);
  const estimate = contender && measured(contender, p99);
  if (estimate === undefined) return undefined;
  const [value, low, high] = [estimate.value, estimate.low, estimate.high].map(p99.format);
  return `${value} (${low} to ${high}) at ${formatCount(one.x ?? 0)}`;
}

function seenOfPause(paused: CaseResult | undefined): string[] {
  return (paused?.contenders ?? []).filter(hasRounds).map(({ name }) => {
    const [corrected, uncorrected] = [
      shown(paused, p99, name),
      shown(paused, uncorrectedP99, name),
    ];
    return `${name}, ${PAUSED}: p99 ${corrected ?? '?'} corrected, ${uncorrected ?? '?'} uncorrected.`;
  });
}

function hasRounds({ rounds }: ContenderResult): boolean {
  return rounds.length > 0;
}
