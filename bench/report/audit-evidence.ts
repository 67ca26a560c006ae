/** What the results of a run say about how it was measured. Pure functions, for audit.ts. */
import {
  baselineOf,
  controlOf,
  findContender,
  measured,
  othersShare,
  ratioOf,
} from '../analysis/estimates.js';
import type { CaseResult, ContenderResult, Experiment } from '../analysis/experiment.js';
import { MIN_ROUNDS } from '../analysis/intervals.js';
import type { BenchResults } from '../analysis/results.js';
import { stageSums } from '../analysis/stage-sums.js';
import { formatEstimate } from '../analysis/numbers.js';
import { requestsPerSecond } from '../analysis/measures.js';
import { inWords, marginsOf, verdictOf } from '../analysis/verdicts.js';

const CONTROL = 'control';
/** Experiments with services that people use, not made for the bench. */
const APPLICATIONS = ['web', 'fan-out', 'quiz-login', 'own'];

export type AuditedRun = Pick<BenchResults, 'machine' | 'versions' | 'experiments'>;

export interface Evidence {
  readonly machine: AuditedRun['machine'];
  readonly cores: number;
  readonly node: string;
  readonly packages: number;
  /** Experiments with values, without the control, and those of this version without. */
  readonly measured: readonly string[];
  readonly unmeasured: readonly string[];
  readonly applications: readonly string[];
  /** Experiments with an axis, but one case. */
  readonly singleCases: readonly string[];
  readonly cases: number;
  /** Rows of the tables that have values; those with enough rounds for a verdict. */
  readonly contenders: number;
  readonly withVerdict: number;
  readonly fewestRounds: number;
  readonly unsteady: number;
  /** Rounds of load, without those of the control. */
  readonly rounds: number;
  readonly roundsWithCpu: number;
  readonly roundsWithMemory: number;
  readonly ratios: { readonly higher: number; readonly lower: number; readonly undecided: number };
  /** Cases whose contenders should have been divided by one that has no values. */
  readonly withoutBaseline: readonly string[];
  /** Contenders of others with values. */
  readonly peers: readonly string[];
  readonly unequalRounds: readonly string[];
  readonly busyCases: readonly string[];
  readonly absent: readonly string[];
  readonly failures: readonly string[];
  readonly answers: number;
  readonly wrongAnswers: number;
  /** What the control found, in words. */
  readonly control: string | undefined;
  /** How much of each whole hand-off its stages explain. */
  readonly stageShares: readonly number[];
}

/** A case with what its experiment says of it. */
interface Place {
  readonly definition: Experiment;
  readonly one: CaseResult;
}

export function evidenceOf(
  { machine, versions, experiments }: AuditedRun,
  definitions: readonly Experiment[],
): Evidence {
  const places = experiments.flatMap(({ name, cases }): Place[] => {
    const definition = definitions.find((one) => one.name === name);
    return definition === undefined ? [] : cases.map((one) => ({ definition, one }));
  });
  const compared = places.filter(({ definition }) => definition.name !== CONTROL);
  const all = places.flatMap(({ one }) => one.contenders);
  const known = all.filter(({ rounds }) => rounds.length > 0);
  // Rows that are parts of a whole have no load of their own.
  const rounds = compared
    .flatMap(({ one }) => one.contenders.flatMap((each) => each.rounds))
    .filter(({ values }) => values.requestsPerSecond !== undefined);
  const names = (of: (contender: ContenderResult) => boolean) => [
    ...new Set(all.filter(of).map(({ name }) => name)),
  ];
  const measuredNames = [...new Set(compared.map(({ definition }) => definition.name))];
  return {
    ...{ machine, cores: machine.cores, node: versions.node },
    packages: Object.keys(versions.packages).length,
    measured: measuredNames,
    unmeasured: definitions
      .map(({ name }) => name)
      .filter((name) => name !== CONTROL && name !== 'own' && !measuredNames.includes(name)),
    applications: measuredNames.filter((name) => APPLICATIONS.includes(name)),
    singleCases: measuredNames.filter((name) => isSingle(name, compared)),
    cases: places.length,
    contenders: known.length,
    withVerdict: known.filter((one) => one.rounds.length >= MIN_ROUNDS).length,
    fewestRounds: known.length === 0 ? 0 : Math.min(...known.map((one) => one.rounds.length)),
    unsteady: known.filter(({ unsteady }) => unsteady).length,
    rounds: rounds.length,
    roundsWithCpu: rounds.filter(
      ({ values }) => (values.serverCpuShare ?? values.cpuUsPerRequest) !== undefined,
    ).length,
    roundsWithMemory: rounds.filter(({ values }) => values.rssBytes !== undefined).length,
    ratios: ratiosIn(compared, experiments),
    withoutBaseline: compared.filter(lacksBaseline).map(titleOf),
    peers: names(({ kind, rounds: some }) => ['peer', 'server'].includes(kind) && some.length > 0),
    unequalRounds: [...new Set(compared.flatMap(({ one }) => fewerRounds(one)))],
    busyCases: places.filter(({ one }) => othersShare(one) !== undefined).map(titleOf),
    absent: names(({ skipped }) => skipped !== undefined),
    failures: names(({ failed }) => failed !== undefined),
    answers: sum(rounds.map(({ latencies }) => latencies.all?.count ?? 0)),
    wrongAnswers: sum(
      rounds.map(({ errors }) =>
        errors === undefined ? 0 : errors.wrongBytes + errors.wrongOrder,
      ),
    ),
    control: controlIn(places, experiments),
    stageShares: places.flatMap(({ one }) => stageSums(one).map(({ share }) => share)),
  };
}

function isSingle(name: string, places: readonly Place[]): boolean {
  const its = places.filter(({ definition }) => definition.name === name);
  return its.length === 1 && its[0]?.definition.axis.scale !== 'none';
}

function ratiosIn(places: readonly Place[], experiments: AuditedRun['experiments']) {
  const margins = marginsOf(experiments);
  const counts = { higher: 0, lower: 0, undecided: 0 };
  for (const { definition, one } of places) {
    const baseline = baselineOf(definition);
    if (baseline === undefined) continue;
    const [measure] = definition.measures;
    for (const { name } of one.contenders.filter((each) => each.name !== baseline)) {
      const ratio = ratioOf(one, measure, name, baseline);
      if (ratio === undefined) continue;
      const verdict = verdictOf(ratio, margins(measure));
      counts[verdict === 'higher' || verdict === 'lower' ? verdict : 'undecided'] += 1;
    }
  }
  return counts;
}

/** A case of several contenders that have the compared measure, but not its baseline. */
function lacksBaseline({ definition, one }: Place): boolean {
  const baseline = baselineOf(definition);
  const [measure] = definition.measures;
  const known = one.contenders.filter((each) => measured(each, measure) !== undefined);
  if (baseline === undefined || known.length < 2) return false;
  const found = findContender(one, baseline);
  return found === undefined || measured(found, measure) === undefined;
}

function fewerRounds({ contenders }: CaseResult): string[] {
  const counts = contenders.map(({ rounds }) => rounds.length).filter((count) => count > 0);
  const most = Math.max(0, ...counts);
  return contenders
    .filter(({ rounds }) => rounds.length > 0 && rounds.length < most)
    .map(({ name }) => name);
}

function controlIn(
  places: readonly Place[],
  experiments: AuditedRun['experiments'],
): string | undefined {
  const margins = marginsOf(experiments);
  for (const { definition, one } of places) {
    if (definition.name !== CONTROL) continue;
    const first = one.contenders.find(({ kind }) => kind !== 'control');
    const ratio = first && controlOf(one, requestsPerSecond, first.name);
    if (ratio) return `${formatEstimate(ratio)} (${inWords(ratio, margins(requestsPerSecond))})`;
  }
  return undefined;
}

function titleOf({ definition, one }: Place): string {
  return one.name === definition.name ? one.name : `${definition.name}, ${one.name}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
