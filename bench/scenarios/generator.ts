/**
 * Generator: the load generator beside the same loops in C, which shows the limits of the bench.
 */
import { ratioOf } from '../analysis/estimates.js';
import type {
  CaseResult,
  ContenderResult,
  RoundMeasured,
  RoundResult,
} from '../analysis/experiment.js';
import { formatEstimate, formatShare } from '../analysis/numbers.js';
import { generatorPeer, type GeneratorPeer } from '../contenders/generator-peer.js';
import { requestsPerSecond, valueOf } from '../analysis/measures.js';
import { NOTHING_SEEN, joined } from '../analysis/sentences.js';
import { peers } from '../contenders/peers.js';
import type { Bench, Scenario } from './scenario.js';

const OURS = 'generator';
const IN_C = 'generator in C';
const LOADS = [
  { pattern: 'echo', clients: 64, server: 'c-epoll', what: 'echo of 64 bytes' },
  { pattern: 'churn', clients: 8, server: 'c-pthread', what: 'connect, one request, close' },
  { pattern: 'churn', clients: 32, server: 'c-pthread', what: 'connect, one request, close' },
] as const;
const WARM_UP_MS = 1000;
const MIN_WINDOW_MS = 1000;

const cpuPerRequest = valueOf('generatorUsPerRequest', {
  label: 'µs of CPU per request',
  better: 'lower',
  format: (us) => us.toFixed(2),
});

export const generator: Scenario = {
  name: 'generator',
  partOf: 'full',
  hasPeers: true,
  participation: 'it compares two generators, with one server in C for each load',
  question:
    'Does the generator, written in TypeScript, limit the rates that the bench can measure?',
  prediction:
    'The kernel does most of the work of any generator, so ours should be within 10 % of the same loop in C. Of an ' +
    'echo it does 85 %, of a short connection more. With the fastest servers, the generator or the server may be the ' +
    'limit, so processor time per request says more than the rate.',
  lookAt:
    'Requests/s and processor time per request, of the generator and of its equivalent in C, in turns.',
  axis: { label: '', scale: 'none' },
  measures: [
    requestsPerSecond,
    cpuPerRequest,
    valueOf('generatorCpuShare', { label: "the generator's CPU", format: formatShare }),
  ],
  baseline: IN_C,
  plots: [
    {
      name: 'rate',
      title: 'Requests/s of two generators against servers in C',
      measure: requestsPerSecond,
      scale: 'linear',
      label: 'requests/s',
    },
  ],
  async measure(bench) {
    const peer = generatorPeer();
    if ('missing' in peer) return { cases: [], remarks: [peer.missing] };
    const cases: CaseResult[] = [];
    for (const load of LOADS) cases.push(await measureLoad(bench, peer, load));
    return { cases, remarks: [] };
  },
  seen: ({ cases }) => (cases.length === 0 ? NOTHING_SEEN : joined(...cases.map(comparedInCase))),
};

function comparedInCase(one: CaseResult): string | undefined {
  const rate = ratioOf(one, requestsPerSecond, OURS, IN_C);
  const cpu = ratioOf(one, cpuPerRequest, OURS, IN_C);
  if (rate === undefined || cpu === undefined) return undefined;
  return `${one.name}: the generator reached ${formatEstimate(rate)} times the rate of its equivalent in C, with ${formatEstimate(cpu)} times its processor time per request.`;
}

async function measureLoad(
  bench: Bench,
  peer: GeneratorPeer,
  { pattern, clients, server, what }: (typeof LOADS)[number],
): Promise<CaseResult> {
  const contender = peers().find(({ name }) => name === server);
  if (contender === undefined) throw new Error(`there is no ${server}`);
  const running = await bench.start(contender, { clients });
  const load = { port: running.port, clients, pattern };
  const ours = (durationMs: number, warmUpMs: number) =>
    bench.generator.run({ ...load, warmUpMs, durationMs });
  const runs = {
    [OURS]: (durationMs: number) => ours(durationMs, 100),
    // The C generator is a new process each time, so it warms up first.
    [IN_C]: (durationMs: number) => peer.run({ ...load, warmUpMs: 100, durationMs }),
  };
  await ours(WARM_UP_MS, 0);
  const contenders = await takeTurns(bench, runs);
  await running.stop();
  const title = `generator: ${what}, ${clients} clients, against ${server}`;
  return { name: `${pattern}, ${clients} clients`, title, clients, contenders };
}

interface Ran {
  readonly requests: number;
  readonly seconds: number;
  readonly generatorCpuShare: number;
}

async function takeTurns(
  bench: Bench,
  runs: Readonly<Record<string, (durationMs: number) => Promise<Ran>>>,
): Promise<ContenderResult[]> {
  const names = Object.keys(runs);
  const rounds = new Map(names.map((name): [string, RoundResult[]] => [name, []]));
  for (let round = 1; round <= bench.longRounds; round++) {
    const order = round % 2 === 0 ? names : names.toReversed();
    for (const [index, name] of order.entries()) {
      bench.note(`generator: ${name}`);
      const ran = await runs[name]?.(Math.max(MIN_WINDOW_MS, bench.roundMs));
      if (ran) rounds.get(name)?.push({ round, turn: index + 1, ...measuredOf(ran) });
    }
  }
  return names.map((name) => ({ name, kind: 'variant', rounds: rounds.get(name) ?? [] }));
}

function measuredOf({ requests, seconds, generatorCpuShare }: Ran): RoundMeasured {
  // JSON would store Infinity as null, which readResults rejects.
  if (requests === 0) throw new Error('the server answered nothing');
  return {
    values: {
      requestsPerSecond: requests / seconds,
      generatorUsPerRequest: (generatorCpuShare * seconds * 1e6) / requests,
      generatorCpuShare,
      seconds,
    },
    latencies: {},
  };
}
