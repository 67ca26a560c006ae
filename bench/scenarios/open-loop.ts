/**
 * Requests at a constant rate, whatever becomes of the answers. Method: bench/generator/loads/open-loop.ts, after wrk2 (Gil Tene,
 * "How NOT to Measure Latency"): a latency begins when its request was to be sent, not when it could be.
 */
import type { CaseResult, ContenderResult, ExperimentResult, RoundMeasured } from '../analysis/experiment.js';
import { findContender, measured } from '../analysis/estimates.js';
import { formatCount } from '../analysis/numbers.js';
import type { Generator } from '../generator/handle.js';
import { measuredLoad, measuredOpenLoop } from '../analysis/measured.js';
import { errors, p50, p99, percentile, served, serverCpu, valueOf } from '../analysis/measures.js';
import { caseNamed, joined, numberOf, shown } from '../analysis/sentences.js';
import { modelNamed } from '../contenders/models.js';
import type { RunningServer } from '../contenders/contender.js';
import type { Bench, Case, Scenario } from './scenario.js';

const CLIENTS = 64;
/** Of what the event loop answers in a closed loop: below the knee, about it, and past it. */
const SHARES = [0.1, 0.5, 0.8, 1, 1.2];
const CLOSED_LOOP_MS = 1000;
/** A queue must have time to grow past the knee. */
const LEAST_MS = 400;
const PAUSED = 'paused for 1.4 s';
const PAUSE = { requestsPerSecond: 2000, durationMs: 8000, pause: { afterMs: 2000, forMs: 1400 } };
/** A server that serves one of 64 connections has 63 schedules that nobody meets: there is no knee to look for. */
const LEFT_OUT = { iterative: 'it serves one client at a time, and there are 64 connections' };

const answered = valueOf('requestsPerSecond', { label: 'answered/s', better: 'higher', format: formatCount });
const uncorrectedP99 = percentile(99, 'uncorrected');

export const openLoop: Scenario = {
  name: 'open-loop',
  partOf: 'full',
  whoTakesPart: 'the rates are shares of what the event loop answers in a closed loop',
  question: 'What latency does a server have that is asked so many times a second, whatever it does?',
  prediction:
    'Far below its capacity a server is quick. Near it, a queue grows out of chance alone; beyond it, without end: the ' +
    'latency is then as long as one cares to measure. A closed loop never shows that, since its clients wait with the ' +
    'server: measured from the actual send, the same requests look quick (coordinated omission).',
  lookAt:
    'The knee of the corrected p99 (whole line), and how little of it is in the uncorrected one (dashed). A server that ' +
    'is paused for 1.4 s makes it plain: corrected above 1 s, uncorrected below 50 ms.',
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
      title: 'p99 by offered rate: from the intended send, and (dashed) from the actual one',
      measure: p99,
      dashed: uncorrectedP99,
      scale: 'log',
      label: 'ms',
      unit: 1e6,
    },
  ],
  async measure(bench) {
    const capacity = await closedLoopRate(bench);
    const cases = SHARES.map((share) => offering(share, Math.round((capacity * share) / 100) * 100));
    const remarks = [`In a closed loop the event loop answered ${formatCount(capacity)} requests/s.`];
    return { cases: await bench.compare([...cases, pausedCase], bench.contenders('echo')), remarks };
  },
  seen: (result) => joined(...seenOfKnee(result), ...seenOfPause(caseNamed(result, PAUSED))),
};

function offering(share: number, requestsPerSecond: number): Case {
  return {
    name: `${Math.round(share * 100)} % load`,
    title: `open-loop: ${formatCount(requestsPerSecond)} requests/s offered, ${CLIENTS} connections`,
    x: requestsPerSecond,
    clients: CLIENTS,
    needs: { service: 'echo', clients: CLIENTS },
    leftOut: LEFT_OUT,
    leastMs: LEAST_MS,
    load: async (generator, server, window) => {
      if (window.isWarmUp) return warmedUp(generator, server, window.durationMs);
      const { port, pid } = server;
      const { warmUpMs, durationMs } = window;
      return measuredOpenLoop(
        await generator.openLoop({
          ...{ port, serverPid: pid, clients: CLIENTS, requestsPerSecond, warmUpMs, durationMs },
        }),
      );
    },
  };
}

/**
 * At full speed: a constant rate is steady from its first second on, whatever state the server's code is in, and at a
 * tenth of what the event loop can do, 64 threads would not have compiled theirs when the first round begins.
 */
async function warmedUp(
  generator: Generator,
  { port }: RunningServer,
  durationMs: number,
): Promise<RoundMeasured> {
  return measuredLoad(await generator.run({ port, clients: CLIENTS, durationMs }));
}

/** Coordinated omission, made on purpose: the server's process is stopped for a while. */
const pausedCase: Case = {
  name: PAUSED,
  title: `open-loop: 2,000 requests/s, the server ${PAUSED} of 8 s`,
  clients: CLIENTS,
  needs: { service: 'echo', clients: CLIENTS },
  leftOut: LEFT_OUT,
  mostRounds: 1,
  async load(generator, server, { warmUpMs, durationMs, isWarmUp }) {
    if (isWarmUp) return warmedUp(generator, server, durationMs);
    const { port, pid } = server;
    return measuredOpenLoop(
      await generator.openLoop({ port, serverPid: pid, clients: CLIENTS, warmUpMs, ...PAUSE }),
    );
  },
};

async function closedLoopRate(bench: Bench): Promise<number> {
  const server = await bench.start(modelNamed('event-loop'), { clients: CLIENTS });
  const load = { port: server.port, clients: CLIENTS, warmUpMs: CLOSED_LOOP_MS, durationMs: CLOSED_LOOP_MS };
  const { values } = measuredLoad(await bench.generator.run(load));
  await server.stop();
  return values['requestsPerSecond'] ?? 0;
}

/** The largest share of the load up to which the corrected p99 stays below 10 ms. */
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
      ? `${name}: the p99 was 10 ms or more already at the lowest rate${beyond === undefined ? '' : `: ${beyond}`}.`
      : `${name}: the p99 stayed below 10 ms up to ${formatCount(last.x ?? 0)} requests/s${beyond === undefined ? '' : `; it was ${beyond}`}.`;
  });
}

/** Near the knee a p99 varies by orders of magnitude from round to round. */
function p99With(one: CaseResult, name: string): string | undefined {
  const contender = findContender(one, name);
  const estimate = contender && measured(contender, p99);
  if (estimate === undefined) return undefined;
  const [value, low, high] = [estimate.value, estimate.low, estimate.high].map(p99.format);
  return `${value} (${low} to ${high}) at ${formatCount(one.x ?? 0)}`;
}

function seenOfPause(paused: CaseResult | undefined): string[] {
  return (paused?.contenders ?? []).filter(hasRounds).map(({ name }) => {
    const [corrected, uncorrected] = [shown(paused, p99, name), shown(paused, uncorrectedP99, name)];
    return `${name}, ${PAUSED}: p99 ${corrected ?? '?'} corrected, ${uncorrected ?? '?'} uncorrected.`;
  });
}

function hasRounds({ rounds }: ContenderResult): boolean {
  return rounds.length > 0;
}
