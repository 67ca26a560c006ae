/**
 * The shapes of an experiment and of its results, which all of the bench is built on.
 *
 * A scenario (bench/scenarios/, one file each) asks a question. It measures cases: points along an
 * axis such as the number of clients. In each case the contenders take turns, round by round. A
 * round gives values, latency histograms and error counts. The experiment's measures say how to
 * show them and which direction is better; tables, plots, CSV and comparisons need nothing else.
 * Read bench/scenarios/echo.ts next.
 */
import type { HistogramJson } from '../../src/base/histogram.js';
import type { ErrorCounts } from '../generator/protocol/error-kinds.js';

/** The results of one experiment: plain JSON, as saved in the results file. */
export interface ExperimentResult {
  /** The name of the scenario that can read this result. */
  readonly name: string;
  readonly cases: readonly CaseResult[];
  /** Reductions and omissions, each with its reason. */
  readonly remarks: readonly string[];
  /** The error that ended the experiment early. */
  readonly failed?: string;
  /** Duration of the experiment, server starts and warm-ups included. */
  readonly durationMs?: number;
}

export interface CaseResult {
  /** Unique within the experiment and equal in every run: `64 clients`. */
  readonly name: string;
  readonly title: string;
  /** Position on the experiment's axis; plots leave out a case without one. */
  readonly x?: number;
  /** The number of clients, if it is constant. */
  readonly clients?: number;
  /** Set if each client asks again as soon as it has its answer; see littles-law.ts. */
  readonly closedLoop?: true;
  readonly contenders: readonly ContenderResult[];
}

export interface ContenderResult {
  readonly name: string;
  /**
   * A variant is a model with other options; a control is a second process of a contender; a server
   * is one that the user has named.
   */
  readonly kind: 'model' | 'peer' | 'variant' | 'control' | 'server';
  /** Why the contender did not take part, such as a missing tool. */
  readonly skipped?: string;
  /** The error that ended its rounds early. */
  readonly failed?: string;
  /** The warm-up ended before the rate was steady, so the values may be too low. */
  readonly unsteady?: true;
  readonly rounds: readonly RoundResult[];
}

export interface RoundResult extends RoundMeasured {
  /** From 1. Rounds with the same number ran right after each other and may be compared. */
  readonly round: number;
  /** Position in the random order of the round, from 1. */
  readonly turn: number;
}

/** The numbers of one round of one contender. */
export interface RoundMeasured {
  readonly values: RoundValues;
  readonly latencies: Readonly<Partial<Record<LatencyName, HistogramJson>>>;
  readonly errors?: ErrorCounts;
}

/** Values by name; a round leaves out what it did not measure. */
export type RoundValues = Readonly<Partial<Record<ValueName, number>>>;

/**
 * The populations of the scenarios: `short` has the value `shortPerSecond` and the latencies
 * `short`.
 */
export type PopulationName =
  | 'short'
  | 'jobs'
  | 'waiting'
  | 'sleeping'
  | 'working'
  | 'logins'
  | 'others';

/** The values that rounds have. Each name carries its unit; a share is one of one core. */
export type ValueName =
  // Load
  | 'requestsPerSecond'
  | 'offeredPerSecond'
  | 'bytesPerSecond'
  | `${PopulationName}PerSecond`
  | 'seconds'
  | 'dropped'
  // Clients
  | 'clients'
  | 'clientsServed'
  | 'clientsUnanswered'
  | 'clientsWaiting'
  | 'connected'
  | 'answered'
  | 'jain'
  // Usage
  | 'generatorCpuShare'
  | 'serverCpuShare'
  | 'othersCpuShare'
  | 'rssBytes'
  | 'threads'
  | 'descriptors'
  | 'bytesPerClient'
  | 'threadsPerClient'
  | 'descriptorsPerClient'
  | 'logBytesPerRequest'
  | 'generatorUsPerRequest'
  | 'cpuUsPerRequest'
  | 'coreWaitUsPerRequest'
  | 'voluntaryPerRequest'
  | 'involuntaryPerRequest'
  | 'workersJain'
  | 'cyclesPerRequest'
  | 'instructionsPerRequest'
  | 'cacheMissesPerRequest'
  // Connections
  | 'connections'
  | 'p99Ns'
  | 'maxNs'
  | 'startMs'
  | 'retransmissions'
  | 'completedHandshakes'
  | 'acceptQueue'
  | 'listenOverflows'
  | 'listenDrops'
  // A worker dies
  | 'survivors'
  | 'newClientMs'
  // Shared memory
  | 'increments'
  | 'lost'
  | 'lostShare'
  | 'nsPerIncrement';

/**
 * The histograms that rounds have: `all` requests, some of the clients, or another start of the
 * clock.
 */
export type LatencyName =
  | 'all'
  | PopulationName
  | 'answer'
  | 'queued'
  | 'late'
  | 'uncorrected'
  | 'lag';

/**
 * One quantity of an experiment: a column of its table, a line of its plot, a row of a comparison.
 */
export interface Measure {
  /** Unique within the experiment, with its unit: `requestsPerSecond`, `shortP99Ns`. */
  readonly name: string;
  /** The column head: `requests/s`, `p99`. */
  readonly label: string;
  /** Left out if neither direction is better; comparisons then leave out the measure. */
  readonly better?: 'higher' | 'lower';
  /** Tables leave out the column if this holds for all contenders. */
  readonly isUsual?: (value: number) => boolean;
  /** Formats a table cell. */
  readonly format: (value: number) => string;
  /** Reads the value of one round; undefined if the round has none. */
  readonly of: (round: RoundResult) => number | undefined;
  /** The value over all rounds; default: the median. A percentile comes from merged histograms. */
  readonly over?: (rounds: readonly RoundResult[]) => number | undefined;
  /** Returns true if the value is a lower bound, shown as `≥ 250 ms`. */
  readonly isAtLeast?: (rounds: readonly RoundResult[]) => boolean;
}

/**
 * Returns the margin of a measure in one run: smaller differences do not count; see verdicts.ts.
 */
export type Margins = (measure: Measure) => number;

/** The horizontal axis of the plots, along which the cases lie. */
interface Axis {
  /** `clients`, `bytes`, `requests/s offered`. */
  readonly label: string;
  readonly scale: 'log' | 'linear' | 'none';
}

/**
 * A plot of one measure: a line per contender, with intervals over the rounds. With axis `none`, or
 * with one case, the plot has rows instead of lines.
 */
export interface PlotSpec {
  /** Part of the file name: letters, digits, dashes. */
  readonly name: string;
  readonly title: string;
  readonly measure: Measure;
  /** A second measure, drawn dashed. */
  readonly dashed?: Measure;
  readonly scale: 'log' | 'linear';
  /** The label of the vertical axis, with its unit. */
  readonly label: string;
  /** Divides the values: 1e6 shows ns as ms. */
  readonly unit?: number;
}

/**
 * The question of a scenario, and how to read its results; bench/scenarios/scenario.ts adds the
 * measuring.
 */
export interface Experiment {
  readonly name: string;
  readonly question: string;
  /** The prediction of theory. */
  readonly prediction: string;
  readonly lookAt: string;
  readonly axis: Axis;
  /** Contenders are compared by the first measure. */
  readonly measures: readonly [Measure, ...Measure[]];
  /** The contender that all others are divided by; default: event-loop; false: none. */
  readonly baseline?: string | false;
  readonly plots: readonly PlotSpec[];
  /**
   * Describes the result in one or two sentences, even if values are missing.
   * @param margins of the run; default: 5 % for every measure
   */
  seen(result: ExperimentResult, margins?: Margins): string;
}
