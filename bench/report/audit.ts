/**
 * A run judged by the 22 "benchmarking crimes" of E. van der Kouwe, D. Andriesse, H. Bos, C.
 * Giuffrida and G. Heiser, "Benchmarking Crimes: An Emerging Threat in Systems Security",
 * arXiv:1801.02381 (2018), in their order and with their letters.
 *
 * Each verdict comes from the results of this run where they can tell: a run without peers commits
 * the crime of measuring itself only. What no number can tell is left to the reader. Pure
 * functions; audit-evidence.ts reads the results, text.ts and html.ts show the audit.
 */
import type { Experiment } from '../analysis/experiment.js';
import { formatCount, formatShare, type TextTable } from '../analysis/numbers.js';
import { MIN_ROUNDS } from '../analysis/intervals.js';
import { evidenceOf, type AuditedRun, type Evidence } from './audit-evidence.js';

type AuditVerdict = 'avoided' | 'partly' | 'COMMITTED' | 'not here' | 'judge yourself';

interface AuditRow {
  /** Such as `D2`. */
  readonly id: string;
  readonly crime: string;
  readonly verdict: AuditVerdict;
  readonly evidence: string;
}

type Finding = readonly [AuditVerdict, string];

/** The most contenders that a finding names. */
const MOST_NAMES = 6;

export function auditOf(results: AuditedRun, definitions: readonly Experiment[]): AuditRow[] {
  const evidence = evidenceOf(results, definitions);
  return CRIMES.map(([id, crime, judge]) => {
    const [verdict, text] = judge(evidence);
    return { id, crime, verdict, evidence: text };
  });
}

export function auditTable(rows: readonly AuditRow[]): TextTable {
  return {
    title: 'self-audit: benchmarking crimes (van der Kouwe et al., arXiv:1801.02381)',
    head: ['crime', 'this run', 'because'],
    rows: rows.map(({ id, crime, verdict, evidence }) => [`${id} ${crime}`, verdict, evidence]),
    notes: [],
  };
}

/** A line with the number of avoided crimes, and one for each of the others that applies. */
export function auditInWords(rows: readonly AuditRow[]): string[] {
  const avoided = rows.filter(({ verdict }) => verdict === 'avoided').length;
  const others = rows.filter(({ verdict }) => verdict !== 'avoided' && verdict !== 'not here');
  return [
    `Self-audit: ${avoided} of ${rows.length} benchmarking crimes (arXiv:1801.02381) avoided. The others:`,
    ...others.map(({ id, crime, verdict, evidence }) => `${id} ${crime}: ${verdict}. ${evidence}.`),
  ];
}

const CRIMES: readonly (readonly [string, string, (evidence: Evidence) => Finding])[] = [
  ['A1', 'Not evaluating potential performance degradation', degradation],
  ['A2', 'Benchmark subsetting without proper justification', subset],
  ['A3', 'Selective data set hiding deficiencies', dataSet],
  ['B1', 'Microbenchmarks representing overall performance', microbenchmarks],
  ['B2', 'Throughput degraded by x % taken for overhead of x %', overhead],
  ['B3', 'Creative overhead accounting', accounting],
  ['B4', 'No indication of significance of data', significance],
  ['B5', 'Incorrect averaging across benchmark scores', averaging],
  ['C1', 'Benchmarking of simplified simulated system', simulation],
  ['C2', 'Inappropriate and misleading benchmarks', fitness],
  ['C3', 'Same dataset for calibration and validation', calibration],
  ['D1', 'No proper baseline', baseline],
  ['D2', 'Only evaluate against yourself', others],
  ['D3', 'Unfair benchmarking of competitors', fairness],
  ['E1', 'Not all contributions evaluated', contributions],
  ['E2', 'Only measure run-time overhead', costs],
  ['E3', 'False positives and negatives not tested', correctness],
  ['E4', 'Elements of solution not tested incrementally', elements],
  ['F1', 'Missing platform specification', platform],
  ['F2', 'Missing software versions', versions],
  ['F3', 'Subbenchmarks not listed', listing],
  ['F4', 'Relative numbers only', absolutes],
];

function degradation({ ratios }: Evidence): Finding {
  const { higher, lower, undecided } = ratios;
  const text = `${formatCount(higher)} ratios to the baseline are higher, ${formatCount(lower)} lower, ${formatCount(undecided)} without a difference or a verdict`;
  if (higher + lower + undecided === 0) return ['not here', 'nothing was compared'];
  return ['avoided', `${text}; the tables have all of them, whichever way they went`];
}

function subset({ measured, unmeasured }: Evidence): Finding {
  if (unmeasured.length === 0) return ['avoided', 'all experiments were measured'];
  const text = `measured: ${listed(measured)}; not: ${listed(unmeasured)}`;
  return ['partly', `${text}. The options chose, and this line is all that says so`];
}

function dataSet({ singleCases, measured }: Evidence): Finding {
  if (measured.length === 0) return ['COMMITTED', 'nothing was measured'];
  if (singleCases.length === 0) return ['avoided', 'every experiment has several cases'];
  return ['partly', `one case only, where more exist: ${listed(singleCases)}`];
}

function microbenchmarks({ applications }: Evidence): Finding {
  return applications.length > 0
    ? ['avoided', `beside microbenchmarks: ${listed(applications)}`]
    : ['COMMITTED', 'only microbenchmarks: they say nothing of a whole application'];
}

function overhead({ roundsWithCpu, rounds }: Evidence): Finding {
  if (rounds === 0) return ['not here', 'no rate was measured'];
  const text = `${share(roundsWithCpu, rounds)} of the rounds have the server's processor time beside the rate`;
  if (roundsWithCpu === rounds) return ['avoided', text];
  return [roundsWithCpu > 0 ? 'partly' : 'COMMITTED', text];
}

function accounting({ ratios }: Evidence): Finding {
  const count = ratios.higher + ratios.lower + ratios.undecided;
  return [
    'avoided',
    `each of ${formatCount(count)} ratios is of two values of the same round, and its table names the divisor`,
  ];
}

function significance({ contenders, withVerdict, fewestRounds }: Evidence): Finding {
  const text = `${share(withVerdict, contenders)} of the rows have ${MIN_ROUNDS} rounds or more, and so an interval that allows a verdict; the fewest have ${fewestRounds}`;
  if (withVerdict === contenders && contenders > 0) return ['avoided', text];
  return [withVerdict > 0 ? 'partly' : 'COMMITTED', text];
}

function averaging(): Finding {
  return [
    'avoided',
    'no score is made of several experiments; values are medians of rounds, ratios are averaged geometrically, percentiles come from merged histograms',
  ];
}

function simulation({ cores }: Evidence): Finding {
  return [
    'partly',
    `real processes and sockets, but over loopback: no network, and server and generator share ${cores} cores`,
  ];
}

function fitness(): Finding {
  return [
    'judge yourself',
    'each experiment states its question, what theory predicts and what to look at',
  ];
}

function calibration({ control, unsteady, contenders }: Evidence): Finding {
  const warm = `warm-up loads are not counted; ${share(unsteady, contenders)} of the rows were not steady after them`;
  if (control === undefined)
    return ['COMMITTED', `no control: differences of less than the margin may be chance; ${warm}`];
  return [
    unsteady === 0 ? 'avoided' : 'partly',
    `the margin comes from the control alone; ${warm}`,
  ];
}

function baseline({ withoutBaseline }: Evidence): Finding {
  return withoutBaseline.length === 0
    ? ['avoided', 'every compared case has its baseline, measured in the same rounds']
    : ['COMMITTED', `without their baseline: ${listed(withoutBaseline)}`];
}

function others({ peers }: Evidence): Finding {
  return peers.length > 0
    ? ['avoided', `servers of others: ${listed(peers)}`]
    : ['COMMITTED', 'only models of this project: make bench-peers has others'];
}

function fairness({ peers, unequalRounds, busyCases }: Evidence): Finding {
  const texts = [
    ...(unequalRounds.length > 0 ? [`fewer rounds than others: ${listed(unequalRounds)}`] : []),
    ...(busyCases.length > 0 ? [`other programs were busy: ${listed(busyCases)}`] : []),
  ];
  if (texts.length > 0) return ['partly', texts.join('; ')];
  if (peers.length === 0) return ['not here', 'there are no competitors'];
  return [
    'avoided',
    'same generator, same rounds, a new random order in each; peers are written as their users would',
  ];
}

function contributions({ absent, failures }: Evidence): Finding {
  const texts = [
    ...(absent.length > 0 ? [`without values: ${listed(absent)}`] : []),
    ...(failures.length > 0 ? [`failed: ${listed(failures)}`] : []),
  ];
  return texts.length === 0
    ? ['avoided', 'every contender has values']
    : ['partly', `${texts.join('; ')}; the reason stands at each table`];
}

function costs({ roundsWithMemory, rounds }: Evidence): Finding {
  if (rounds === 0) return ['not here', 'no server was under load'];
  return roundsWithMemory > 0
    ? ['avoided', `memory and threads of the server in ${formatCount(roundsWithMemory)} rounds`]
    : ['COMMITTED', 'no memory was measured'];
}

function correctness({ wrongAnswers, answers, control }: Evidence): Finding {
  const right = `${formatCount(answers)} answers were compared byte for byte, ${formatCount(wrongAnswers)} were wrong`;
  if (wrongAnswers > 0) return ['COMMITTED', right];
  return control === undefined
    ? ['partly', `${right}; no control tells how often a difference is found where there is none`]
    : ['avoided', `${right}; the control, one server against itself, found ${control}`];
}

function elements({ stageShares }: Evidence): Finding {
  const [least, most] = [Math.min(...stageShares), Math.max(...stageShares)];
  if (stageShares.length === 0)
    return ['not here', 'no experiment of this run divides a way into its parts'];
  const text = `the stages of ${stageShares.length} hand-offs add up to ${formatShare(least)} to ${formatShare(most)} of the whole`;
  return [least >= 0.95 && most <= 1.05 ? 'avoided' : 'COMMITTED', text];
}

function platform({ machine }: Evidence): Finding {
  const { cpu, cores, memoryBytes, kernel, arch } = machine;
  const text = `${cpu}, ${cores} cores, ${(memoryBytes / 1e9).toFixed(1)} GB, ${kernel}, ${arch}`;
  const gap = 'clock frequency and its governor are not recorded';
  return [cpu === 'unknown' ? 'COMMITTED' : 'partly', `${text}; ${gap}`];
}

function versions({ node, packages, peers }: Evidence): Finding {
  const text = `Node ${node} and ${packages} packages`;
  return peers.length > 0
    ? ['partly', `${text}; of the peers' compiler and Python, no version is recorded`]
    : ['avoided', text];
}

function listing({ cases, contenders }: Evidence): Finding {
  return [
    'avoided',
    `${formatCount(cases)} tables with ${formatCount(contenders)} rows; the results file has every round`,
  ];
}

function absolutes({ contenders }: Evidence): Finding {
  return [
    'avoided',
    `all ${formatCount(contenders)} rows have absolute values; ratios stand beside them`,
  ];
}

function share(part: number, whole: number): string {
  return `${formatCount(part)} of ${formatCount(whole)}`;
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  if (more <= 1) return names.join(', ');
  return `${names.slice(0, MOST_NAMES).join(', ')} and ${more} more`;
}
