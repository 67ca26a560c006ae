/**
 * `handoff bench`: the same services under three server models, each under real load.
 *
 * This process starts servers and a load generator, each in a process of its own, gives out the turns, and
 * prints. It measures nothing itself: scenarios/ says what is asked, rounds.ts runs it, bench/analysis/results.ts keeps it,
 * bench/report/text.ts shows it. README.md tells how to read the numbers.
 */
import { Participants } from './participants.js';
import { csvOf } from '../report/csv.js';
import type { ExperimentResult } from '../analysis/experiment.js';
import { savePictures } from '../report/html.js';
import { interruptedStatus, onInterrupt } from '../lib/cleanup.js';
import { startGenerator } from '../generator/handle.js';
import type { BenchOptions } from './options.js';
import { startProgress } from './progress.js';
import { report } from '../report/text.js';
import {
  FORMAT,
  installedVersions,
  prepareResults,
  saveResults,
  thisMachine,
  type BenchResults,
} from '../analysis/results.js';
import { runCase, type RoundPlan } from './rounds.js';
import { scenarios } from '../scenarios/all.js';
import type { Bench, Scenario } from '../scenarios/scenario.js';
import { tablesOf } from '../report/table.js';
import { models } from '../contenders/models.js';
import { peers } from '../contenders/peers.js';
import type { Contender, RunningServer } from '../contenders/contender.js';

/** Connections are new in each round, and the first tens of milliseconds on them slow. */
const ROUND_WARM_UP_MS = 60;
/** At most so long, or a server whose rate never settles would keep all others waiting. */
const WARM_UP = {
  quick: { loadMs: 120, mostLoads: 8 },
  full: { loadMs: 200, mostLoads: 10 },
} as const;

/** @returns the exit status: 1 if anything failed, so that a script can tell; 130 after Ctrl-C */
export async function runBench(options: BenchOptions): Promise<number> {
  const wanted = scenarios.filter((scenario) => isWanted(scenario, options));
  prepareResults(options.directory);
  const startedAt = new Date();
  const { peers: withPeers, rounds, roundMs, directory } = options;
  const resultsOf = (experiments: readonly ExperimentResult[]): BenchResults => ({
    format: FORMAT,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    machine: thisMachine(),
    versions: installedVersions(),
    options: { peers: withPeers, rounds, roundMs },
    experiments,
  });
  // After each experiment: who interrupts a long run keeps what there is.
  const experiments = await measureAll(wanted, options, (some) => saveResults(resultsOf(some), directory));
  const interrupted = interruptedStatus();
  if (interrupted !== undefined) return interrupted;
  const results = resultsOf(experiments);
  const path = saveResults(results, directory);
  const page = picturesOf(results, path);
  process.stdout.write(output(results, options.output, [path, page]));
  return experiments.some(hasFailed) ? 1 : 0;
}

/** @returns the page's path, or why there is none: the tables are worth printing all the same */
function picturesOf(results: BenchResults, path: string): string {
  try {
    const input = { results, experiments: scenarios, tablesOf, resultsName: path };
    return savePictures(path.replace(/\.json$/, ''), input);
  } catch (error) {
    return `no page: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function output(results: BenchResults, form: BenchOptions['output'], files: readonly string[]): string {
  switch (form) {
    case 'json':
      return `${JSON.stringify(results)}\n`;
    case 'csv':
      return csvOf(results, scenarios);
    default:
      return report(results, scenarios, files, form);
  }
}

/** A wrong answer is a failure, too, of a server or of ours. What was refused or late under load is a result. */
function hasFailed({ failed, cases }: ExperimentResult): boolean {
  if (failed !== undefined) return true;
  const contenders = cases.flatMap((one) => one.contenders);
  return contenders.some(
    (one) => one.failed ?? one.rounds.some(({ errors }) => errors && errors.wrongBytes > 0),
  );
}

function isWanted(scenario: Scenario, options: BenchOptions): boolean {
  // Without it nobody knows how far to trust the others.
  if (scenario.name === 'control') return true;
  if (options.scenarios.length > 0) return options.scenarios.includes(scenario.name);
  if (options.all) return true;
  return options.peers ? scenario.hasPeers === true : scenario.partOf === 'quick';
}

async function measureAll(
  wanted: readonly Scenario[],
  options: BenchOptions,
  keep: (experiments: readonly ExperimentResult[]) => string,
): Promise<ExperimentResult[]> {
  const started: RunningServer[] = [];
  const generator = await startGenerator();
  // After what may fail at once: a bar that is not stopped keeps the process.
  const progress = startProgress(wanted.length);
  const start: Bench['start'] = async (contender, needs) => {
    const server = await contender.start(needs);
    started.push(server);
    return server;
  };
  const { rounds, longRounds, roundMs, length } = options;
  const note = (doing: string) => progress.note(doing);
  const plan: RoundPlan = {
    ...{ rounds, longRounds, roundMs, start, onStep: note },
    roundWarmUpMs: ROUND_WARM_UP_MS,
    // Who asks for short rounds is in a hurry.
    warmUp: { ...WARM_UP[length], loadMs: Math.min(WARM_UP[length].loadMs, 2 * roundMs) },
  };
  const all = chooseContenders(options);
  const bench: Bench = {
    ...{ length, rounds, longRounds, roundMs, generator, start, note },
    contenders: (service) => all.filter(({ services }) => services.includes(service)),
    async compare(cases, contenders) {
      if (contenders.length === 0) return [];
      const results = [];
      for (const one of cases) results.push(await runCase(generator, one, contenders, plan));
      return results;
    },
  };
  const experiments: ExperimentResult[] = [];
  let path: string | undefined;
  onInterrupt(() => {
    progress.stop();
    process.stderr.write(`${wordsOnInterrupt(experiments.length, path)}\n`);
  });
  try {
    for (const scenario of wanted) {
      progress.step(scenario.name);
      const attendance = new Participants(options.contenders);
      const found = await measured(scenario, attendance.watching(bench));
      // Its servers were killed under it.
      if (interruptedStatus() !== undefined) break;
      const remarks = [...found.remarks, ...attendance.remarks(scenario.whoTakesPart)];
      experiments.push({ name: scenario.name, ...found, remarks });
      path = keep(experiments);
    }
  } finally {
    progress.stop();
    await generator.stop();
    await Promise.all(started.map((server) => server.stop()));
  }
  return experiments;
}

function wordsOnInterrupt(finished: number, path: string | undefined): string {
  if (path === undefined) return 'bench: interrupted before an experiment was finished, so nothing is saved';
  const what = finished === 1 ? 'One finished experiment is' : `${finished} finished experiments are`;
  return `bench: interrupted. ${what} saved in ${path}; handoff bench report makes their page.`;
}

/** An experiment that fails is told of, and the others go on. */
async function measured(scenario: Scenario, bench: Bench): Promise<Omit<ExperimentResult, 'name'>> {
  const startMs = performance.now();
  const found = await scenario.measure(bench).catch((error: unknown) => ({
    cases: [],
    remarks: [],
    failed: error instanceof Error ? error.message : String(error),
  }));
  return { ...found, durationMs: Math.round(performance.now() - startMs) };
}

function chooseContenders({ contenders: names, peers: withPeers }: BenchOptions): Contender[] {
  if (names.length === 0) return withPeers ? [...models(), ...peers()] : models();
  return [...models(), ...peers()].filter(({ name }) => names.includes(name));
}
