/**
 * `make bench` and `make bench-peers`: the same echo service under three server models, each under real load.
 *
 * This process starts servers and a load generator, each in a process of its own, gives out the turns, and
 * prints. It measures nothing itself: scenarios/ says what is asked, rounds.ts runs it, results.ts keeps it,
 * table.ts and bars.ts show it. README.md tells how to read the numbers.
 */
import { SingleBar } from 'cli-progress';
import { barsOf, barsTable, verdictOf } from './bars.js';
import { render, type TextTable } from './format.js';
import { startGenerator } from './load.js';
import { parseOptions, type BenchOptions } from './options.js';
import {
  installedVersions,
  saveResults,
  thisMachine,
  type BenchResults,
  type CapacityResult,
  type CaseResult,
  type HandOffResult,
  type LoadCase,
} from './results.js';
import { runCase, type RoundPlan } from './rounds.js';
import { capacity } from './scenarios/capacity.js';
import { churn } from './scenarios/churn.js';
import { echo } from './scenarios/echo.js';
import { handOff } from './scenarios/hand-off.js';
import type { Bench, Scenario } from './scenarios/scenario.js';
import { slowClient } from './scenarios/slow-client.js';
import { models, peers, type Contender, type RunningServer } from './servers.js';
import { capacityTable, caseTable, generatorLine, handOffTable } from './table.js';

const SCENARIOS: readonly Scenario[] = [echo, churn, slowClient, handOff, capacity];
const ROUND_WARM_UP_MS = 150;

const options = parseOptions(
  process.argv.slice(2),
  SCENARIOS.map(({ name }) => name),
  [...models(), ...peers()].map(({ name }) => name),
);
const scenarios = SCENARIOS.filter(isWanted);
const contenders = chooseContenders(options);
const progress = startProgress(countSteps());

interface Measured {
  readonly cases: CaseResult[];
  handOff?: HandOffResult;
  capacity?: CapacityResult;
  readonly failures: string[];
}

async function measureAll(): Promise<Measured> {
  const started: RunningServer[] = [];
  const generator = await startGenerator();
  const bench: Bench = {
    generator,
    async start(contender, needs) {
      const server = await contender.start(needs);
      started.push(server);
      return server;
    },
  };
  const measured: Measured = { cases: [], failures: [] };
  try {
    for (const scenario of scenarios) await measure(scenario, bench, measured);
  } finally {
    progress.stop();
    await generator.stop();
    await Promise.all(started.map((server) => server.stop()));
  }
  return measured;
}

async function measure(scenario: Scenario, bench: Bench, measured: Measured): Promise<void> {
  if (scenario.kind === 'load') {
    for (const loadCase of scenario.cases) {
      measured.cases.push(await runCase(bench, loadCase, contenders, planFor(options)));
    }
    return;
  }
  progress.step(scenario.name);
  try {
    Object.assign(measured, await scenario.measure(bench));
  } catch (error) {
    measured.failures.push(`${scenario.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function planFor({ rounds, roundMs, peers: full }: BenchOptions): RoundPlan {
  return {
    rounds,
    roundMs,
    roundWarmUpMs: ROUND_WARM_UP_MS,
    warmUpMs: (contender, loadCase) => warmUpMs(contender, loadCase, full),
    onStep: (doing) => progress.step(doing),
  };
}

/** Each client thread compiles its own code after its first few thousand requests; one thread is soon hot. */
function warmUpMs({ name }: Contender, { clients }: LoadCase, full: boolean): number {
  if (name !== 'thread-per-client') return full ? 2000 : 700;
  return (full ? 3000 : 1000) * (clients > 64 ? 2 : 1);
}

function isWanted(scenario: Scenario): boolean {
  if (options.scenarios.length > 0) return options.scenarios.includes(scenario.name);
  return options.peers || scenario.kind === 'load' || !scenario.onlyInFull;
}

function chooseContenders({ contenders: names, peers: withPeers }: BenchOptions): Contender[] {
  if (names.length === 0) return withPeers ? [...models(), ...peers()] : models();
  return [...models(), ...peers()].filter(({ name }) => names.includes(name));
}

function countSteps(): number {
  return scenarios.reduce(
    (steps, scenario) =>
      steps +
      (scenario.kind === 'special' ? 1 : scenario.cases.length * contenders.length * (options.rounds + 1)),
    0,
  );
}

/** A bar on stderr, if somebody watches. */
function startProgress(total: number) {
  if (!process.stderr.isTTY) return { step: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    format: '{bar} {percentage} % | {eta_formatted} left | {doing}',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
  let done = 0;
  bar.start(total, 0, { doing: 'starting' });
  return {
    step: (doing: string) => {
      bar.update(done++, { doing });
    },
    stop: () => {
      bar.stop();
    },
  };
}

function tablesOf(results: BenchResults): TextTable[] {
  // The short run has no peers: what it cannot know would fill the screen with dashes.
  const bars = barsOf(results).filter((bar) => options.peers || verdictOf(bar) !== 'not measured');
  return [
    ...results.cases.map(caseTable),
    ...(results.handOff ? [handOffTable(results.handOff)] : []),
    ...(results.capacity ? [capacityTable(results.capacity)] : []),
    ...(bars.length > 0 ? [barsTable(bars)] : []),
  ];
}

function print(results: BenchResults, path: string, failures: readonly string[]): void {
  if (options.output === 'json') {
    process.stdout.write(`${JSON.stringify(results)}\n`);
    return;
  }
  const { machine, versions, startedAt } = results;
  const rendering = options.output;
  const where = `${startedAt.slice(0, 10)}, ${machine.cpu}, ${machine.cores} cores, ${machine.kernel}, Node ${versions.node}`;
  const tables = tablesOf(results).map((table) => render(table, rendering));
  const last = [
    generatorLine(results.cases),
    ...failures.map((failure) => `FAILED: ${failure}`),
    `Saved in ${path}`,
  ];
  process.stdout.write(`${[where, ...tables, last.join('\n')].join('\n\n')}\n`);
}

const startedAt = new Date();
const { failures, ...measured } = await measureAll();
const results: BenchResults = {
  format: 1,
  startedAt: startedAt.toISOString(),
  durationMs: Date.now() - startedAt.getTime(),
  machine: thisMachine(),
  versions: installedVersions(),
  options: { peers: options.peers, rounds: options.rounds, roundMs: options.roundMs },
  ...measured,
};
print(results, saveResults(results), failures);
const hasFailed = (one: CaseResult) => one.contenders.some(({ failed }) => failed !== undefined);
if (failures.length > 0 || results.cases.some(hasFailed)) process.exitCode = 1;
