/**
 * `handoff bench`: the same services under all server models, each under real load.
 *
 * This is the runner's process. It starts the servers and the load generator as child processes,
 * gives the contenders their turns, and prints. bench/scenarios/ has the experiments, rounds.ts
 * runs their cases, bench/analysis/results.ts saves the results, bench/report/text.ts prints them.
 */
import { writeOut } from '../../src/base/output.js';
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
import { chosenContenders, wantedScenarios } from './selection.js';
import { checkedServers } from './servers.js';
import { scenarios } from '../scenarios/all.js';
import type { Bench, Scenario } from '../scenarios/scenario.js';
import { tablesOf } from '../report/table.js';
import { ownServer, type OwnServer } from '../contenders/own-servers.js';
import type { RunningServer } from '../contenders/contender.js';

/** Each round has new connections, which are slow for some tens of milliseconds. */
const ROUND_WARM_UP_MS = 60;
/** Limits the warm-up of a server whose rate never becomes steady. */
const WARM_UP = {
  quick: { loadMs: 120, maxLoads: 8 },
  full: { loadMs: 200, maxLoads: 10 },
} as const;

/**
 * Runs the experiments that the options select, saves the results and prints them.
 * @returns the exit status: 0, 1 if a contender or an experiment failed, 130 after Ctrl-C
 * @throws StartError if the results cannot be saved
 */
export async function runBench(options: BenchOptions): Promise<number> {
  prepareResults(options.directory);
  const servers = await checkedServers(options);
  const startedAt = new Date();
  const startMs = performance.now();
  const { peers: withPeers, rounds, roundMs, directory } = options;
  const resultsOf = (experiments: readonly ExperimentResult[]): BenchResults => ({
    format: FORMAT,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - startMs),
    machine: thisMachine(),
    versions: installedVersions(),
    options: {
      ...{ peers: withPeers, rounds, roundMs },
      ...(options.arrivals === 'poisson' && { arrivals: options.arrivals }),
      ...serversOf(options),
    },
    experiments,
  });
  // Saved after each experiment, so that an interrupted run keeps its finished ones.
  const experiments = await measureAll(servers, options, (some) =>
    saveResults(resultsOf(some), directory),
  );
  const interrupted = interruptedStatus();
  if (interrupted !== undefined) return interrupted;
  const results = resultsOf(experiments);
  const path = saveResults(results, directory);
  const page = picturesOf(results, path);
  await writeOut(output(results, options.output, [path, page]).trimEnd());
  return experiments.some(hasFailed) ? 1 : 0;
}

/** @returns the path of the page, or why there is none; the tables are printed anyway */
function picturesOf(results: BenchResults, path: string): string {
  try {
    const input = { results, experiments: scenarios, tablesOf, resultsName: path };
    return savePictures(path.replace(/\.json$/, ''), input);
  } catch (error) {
    return `no page: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function output(
  results: BenchResults,
  form: BenchOptions['output'],
  files: readonly string[],
): string {
  switch (form) {
    case 'json':
      return `${JSON.stringify(results)}\n`;
    case 'csv':
      return csvOf(results, scenarios);
    default:
      return report(results, scenarios, files, form);
  }
}

/**
 * A wrong answer or order is a failure, too. A refused or late one is a result of the load.
 */
export function hasFailed({ failed, cases }: ExperimentResult): boolean {
  if (failed !== undefined) return true;
  const contenders = cases.flatMap((one) => one.contenders);
  return contenders.some(
    (one) =>
      one.failed ??
      one.rounds.some(({ errors }) => errors && errors.wrongBytes + errors.wrongOrder > 0),
  );
}

/** What a reader of the results has to know of the user's own servers. */
function serversOf({ servers, service }: BenchOptions): Pick<BenchResults['options'], 'servers'> {
  if (servers.length === 0) return {};
  const shown = servers.map(({ name, at }) => ({
    ...{ name, service },
    at: 'command' in at ? at.command : `tcp://${at.host}:${at.port}`,
  }));
  return { servers: shown };
}

async function measureAll(
  own: readonly OwnServer[],
  options: BenchOptions,
  keep: (experiments: readonly ExperimentResult[]) => string,
): Promise<ExperimentResult[]> {
  const wanted = wantedScenarios(options);
  const servers = own.map((server) => ownServer(server));
  const started: RunningServer[] = [];
  const generator = await startGenerator();
  // Started after the generator, which may fail: a progress bar that is not stopped keeps the
  // process.
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
    // A warm-up load is at most two rounds long.
    warmUp: { ...WARM_UP[length], loadMs: Math.min(WARM_UP[length].loadMs, 2 * roundMs) },
  };
  const all = [...chosenContenders(options), ...servers];
  const bench: Bench = {
    ...{ length, rounds, longRounds, roundMs, generator, start, note, own: options.own },
    arrivals: options.arrivals,
    textService: options.service === 'capitalize' ? 'capitalize' : 'echo',
    isWhole: options.all && options.scenarios.length > 0,
    takesPart: ({ name, variantOf = name }) =>
      options.contenders.length === 0 || options.contenders.includes(variantOf),
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
      const participants = new Participants(
        options.contenders,
        servers.map(({ name }) => name),
      );
      const found = await measured(scenario, participants.watching(bench));
      // An interrupt kills the servers, so this experiment is incomplete.
      if (interruptedStatus() !== undefined) break;
      const remarks = [...found.remarks, ...participants.remarks(scenario.participation)];
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
  if (path === undefined)
    return 'bench: interrupted before an experiment was finished; nothing is saved';
  const what =
    finished === 1 ? 'One finished experiment is' : `${finished} finished experiments are`;
  return `bench: interrupted. ${what} saved in ${path}; handoff bench report makes the page.`;
}

/** Records the error of a failed experiment; the others still run. */
async function measured(scenario: Scenario, bench: Bench): Promise<Omit<ExperimentResult, 'name'>> {
  const startMs = performance.now();
  const found = await scenario.measure(bench).catch((error: unknown) => ({
    cases: [],
    remarks: [],
    failed: error instanceof Error ? error.message : String(error),
  }));
  return { ...found, durationMs: Math.round(performance.now() - startMs) };
}
