/**
 * `make bench` and `make bench-peers`: the same services under three server models, each under real load.
 *
 * This process starts servers and a load generator, each in a process of its own, gives out the turns, and
 * prints. It measures nothing itself: scenarios/ says what is asked, rounds.ts runs it, results.ts keeps it,
 * report.ts shows it. README.md tells how to read the numbers.
 */
import { startGenerator } from './load.js';
import { parseOptions, type BenchOptions } from './options.js';
import { startProgress } from './progress.js';
import { report } from './report.js';
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
import { runCase, type RoundPlan, type WarmUp } from './rounds.js';
import { capacity } from './scenarios/capacity.js';
import { churn } from './scenarios/churn.js';
import { echo } from './scenarios/echo.js';
import { fanOut } from './scenarios/fan-out.js';
import { handOff } from './scenarios/hand-off.js';
import type { Bench, LoadScenario, Scenario } from './scenarios/scenario.js';
import { slowClient } from './scenarios/slow-client.js';
import { web } from './scenarios/web.js';
import { models, peers, type Contender, type RunningServer } from './servers.js';

const SCENARIOS: readonly Scenario[] = [echo, churn, slowClient, fanOut, web, handOff, capacity];
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
    for (const loadCase of casesOf(scenario)) {
      const result = await runCase(bench, scenario, loadCase, contendersOf(scenario), planFor(options));
      measured.cases.push(result);
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
    warmUp: (contender, loadCase) => warmUpOf(contender, loadCase, full),
    onStep: (doing) => progress.step(doing),
  };
}

/**
 * Each client thread compiles its own code after its first few thousand requests; one thread is soon hot. Most code by
 * far has the web service: its 64 threads were seen to go from 33,000 requests/s to 80,000 in the course of 16 s.
 */
function warmUpOf({ name }: Contender, { pattern, clients }: LoadCase, full: boolean): WarmUp {
  if (name !== 'thread-per-client') return { loads: 1, loadMs: full ? 2000 : 700 };
  if (pattern === 'web') return full ? { loads: 5, loadMs: 4000 } : { loads: 2, loadMs: 1500 };
  return { loads: 1, loadMs: (full ? 3000 : 1000) * (clients > 64 ? 2 : 1) };
}

function isWanted(scenario: Scenario): boolean {
  if (options.scenarios.length > 0) return options.scenarios.includes(scenario.name);
  return options.peers || scenario.kind === 'load' || !scenario.onlyInFull;
}

function casesOf({ name, cases, inShortRun }: LoadScenario): readonly LoadCase[] {
  return options.peers || options.scenarios.includes(name) || !inShortRun ? cases : cases.filter(inShortRun);
}

function contendersOf({ service }: LoadScenario): Contender[] {
  return contenders.filter(({ services }) => services.includes(service));
}

function chooseContenders({ contenders: names, peers: withPeers }: BenchOptions): Contender[] {
  if (names.length === 0) return withPeers ? [...models(), ...peers()] : models();
  return [...models(), ...peers()].filter(({ name }) => names.includes(name));
}

function countSteps(): number {
  return scenarios.reduce(
    (steps, scenario) =>
      steps +
      (scenario.kind === 'special'
        ? 1
        : casesOf(scenario).length * contendersOf(scenario).length * (options.rounds + 1)),
    0,
  );
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
const path = saveResults(results);
if (options.output === 'json') for (const failure of failures) process.stderr.write(`bench: ${failure}\n`);
process.stdout.write(
  options.output === 'json'
    ? `${JSON.stringify(results)}\n`
    : report(results, path, failures, options.output),
);
const hasFailed = (one: CaseResult) => one.contenders.some(({ failed }) => failed !== undefined);
if (failures.length > 0 || results.cases.some(hasFailed)) process.exitCode = 1;
