/**
 * Servers under each way of handing over, in turns: clients that connect for one request each, and
 * then echoes on connections that stay. A round has both loads and the stages of its hand-offs, so
 * that each server is started and warmed up once. In the runner's process; stages.ts is next.
 */
import { availableParallelism } from 'node:os';
import type { CaseResult, RoundMeasured } from '../../analysis/experiment.js';
import { known, measuredLoad, workValues } from '../../analysis/measured.js';
import { stagePrefix } from '../../analysis/stage-sums.js';
import { pidOf, targetOf, type RunningServer } from '../../contenders/contender.js';
import type { Generator } from '../../generator/handle.js';
import type { LoadResult } from '../../generator/protocol/results.js';
import { countDuring, withoutCounters } from '../../lib/hardware-counters.js';
import { withPinned, type Pinning } from '../../lib/pinning.js';
import { treeOf } from '../../lib/process-tree.js';
import type { Bench, Case } from '../scenario.js';
import { RoundsAside, caseAside } from './rounds-aside.js';
import { stageRows, stagesBetween, stagesOf, type Stages } from './stages.js';
import type { Way } from './ways.js';

interface ConnectionsCase {
  readonly clients: number;
  /** Time between two connections of a client, in ms; default 0. */
  readonly pauseMs?: number;
  readonly minWindowMs?: number;
  /** Servers and generator on cores of their own. */
  readonly pinning?: Pinning;
  /** Also measures echoes on connections that stay. */
  readonly withEcho: boolean;
  /** The name of the table of stages; default: there is none. */
  readonly stages?: Pick<CaseResult, 'name' | 'title'>;
}

/** Many servers take turns, so a case has the fewest rounds that allow verdicts. */
const ROUNDS = 5;
/** The contender of a quick run. */
const QUICK = 'thread-per-client';
/** Five loads are needed to see that a rate is steady. */
const MAX_WARM_UPS = 6;
/** A window has both loads, this share of it the connections, which take longer to measure. */
const SHARE_OF_CONNECTIONS = 2 / 3;
/** A warm-up load of two loads need not be as long as two. */
const SHARE_OF_WARM_UP = 0.6;
/** Connections that last are slow at first; others are new all the time. */
const CHURN_WARM_UP_MS = 20;
/** A longer window, since the counters also see the connects before it. */
const COUNTED_MS = 400;

/** Returns the tables of a case: of connections, of echoes, and of stages. */
export async function measureConnections(
  bench: Bench,
  ways: readonly Way[],
  it: ConnectionsCase,
): Promise<CaseResult[]> {
  const echoes = new RoundsAside();
  const stages = new RoundsAside<Stages>();
  const [measured] = await bench.compare([caseOf(it, ways, echoes, stages)], ways);
  if (measured === undefined) return [];
  const about = (what: string) => ({ name: `${what}, ${nameOf(it)}`, title: titleOf(what, it) });
  return [
    ...(it.pauseMs === undefined ? [measured] : []),
    ...(it.withEcho ? [caseAside(measured, about('echo'), echoes)] : []),
    ...(it.stages === undefined ? [] : [stagesCase(it, it.stages, ways, stages)]),
  ];
}

function caseOf(
  it: ConnectionsCase,
  ways: readonly Way[],
  echoes: RoundsAside,
  stages: RoundsAside<Stages>,
): Case {
  const { clients, pauseMs = 0, pinning, minWindowMs = 0 } = it;
  const hasCounters = pinning === undefined && pauseMs === 0 && withoutCounters() === undefined;
  const counted = new Set<string>();
  return {
    name: `connections, ${nameOf(it)}`,
    title: titleOf('connect, one request, close', it),
    ...(pinning === undefined && pauseMs === 0 && { x: clients }),
    clients,
    // A single client is not always waiting: its own time between two connections counts.
    ...(pauseMs === 0 && clients > 1 && { closedLoop: true as const }),
    needs: { service: 'echo', clients, ...(pinning && { through: pinning.through }) },
    minWindowMs,
    maxRounds: ROUNDS,
    maxWarmUps: MAX_WARM_UPS,
    load: (generator, server, window) =>
      onCore(generator, pinning, async () => {
        const { isWarmUp } = window;
        const windowMs = window.durationMs * (isWarmUp ? SHARE_OF_WARM_UP : 1);
        const share = it.withEcho ? SHARE_OF_CONNECTIONS : 1;
        const load = { ...targetOf(server), clients, samplesThreads: true };
        const run = (pattern: 'churn' | 'echo', durationMs: number) => {
          const warmUpMs =
            pattern === 'echo' ? window.warmUpMs : Math.min(CHURN_WARM_UP_MS, window.warmUpMs);
          return generator.run({ ...load, pattern, pauseMs, warmUpMs, durationMs });
        };
        const way = ways.find(({ name }) => name === server.name);
        const before = way?.admin === undefined ? undefined : await stagesOf(way.admin);
        const churn = await run('churn', share * windowMs);
        if (way?.admin !== undefined && before !== undefined && !isWarmUp) {
          const after = await stagesOf(way.admin);
          if (after !== undefined) stages.add(server.name, stagesBetween(before, after));
        }
        const measured = measuredWith(churn, way, clients);
        if (it.withEcho) {
          const echo = measuredWith(await run('echo', (1 - share) * windowMs), way, clients);
          if (!isWarmUp) echoes.add(server.name, echo);
        }
        if (!hasCounters || isWarmUp || counted.has(server.name)) return measured;
        counted.add(server.name);
        const counts = await countersOf(server, () => run('churn', COUNTED_MS));
        return { ...measured, values: { ...measured.values, ...counts } };
      }),
  };
}

function onCore<Result>(
  generator: Generator,
  pinning: Pinning | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  return pinning === undefined ? work() : withPinned(generator.pid, pinning.generatorCore, work);
}

function measuredWith(result: LoadResult, way: Way | undefined, clients: number): RoundMeasured {
  const measured = measuredLoad(result);
  const workers = way?.workers === 'cores' ? availableParallelism() : clients;
  const values = workValues(result, way?.workers && workers);
  return { ...measured, values: { ...measured.values, ...values } };
}

async function countersOf(server: RunningServer, load: () => Promise<LoadResult>) {
  const pid = pidOf(server);
  const pids = server.isTree ? treeOf(pid) : [pid];
  const { result, counts } = await countDuring(pids, load);
  const perRequest = (count: number | undefined) =>
    count === undefined || result.requests === 0 ? undefined : count / result.requests;
  const values = {
    cyclesPerRequest: perRequest(counts.cycles),
    instructionsPerRequest: perRequest(counts.instructions),
    cacheMissesPerRequest: perRequest(counts['cache-misses']),
  };
  return known(values);
}

/** The rows of a quick run's way have no name, so that both can be compared. */
function stagesCase(
  { clients }: ConnectionsCase,
  about: Pick<CaseResult, 'name' | 'title'>,
  ways: readonly Way[],
  stages: RoundsAside<Stages>,
): CaseResult {
  const measured = ways.filter(({ name }) => stages.of(name).length > 0);
  return {
    ...about,
    clients,
    contenders: measured.flatMap(({ name }) =>
      stageRows(stages.of(name), name === QUICK ? '' : stagePrefix(name)),
    ),
  };
}

function nameOf({ clients, pinning, pauseMs }: ConnectionsCase): string {
  const name = `${clients} ${clients === 1 ? 'client' : 'clients'}`;
  if (pauseMs !== undefined) return `${name}, idle`;
  return pinning === undefined ? name : `${name}, pinned`;
}

function titleOf(what: string, it: ConnectionsCase): string {
  const { pinning } = it;
  const cores =
    pinning === undefined
      ? ''
      : ` (servers on core ${pinning.serverCores}, generator on ${pinning.generatorCore})`;
  return `hand-off: ${what}; ${nameOf(it)}${cores}`;
}
