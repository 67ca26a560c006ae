/**
 * What an experiment is, and what one has found: the shapes that everything in the bench stands on.
 *
 * A scenario (scenarios/, one file each) asks a question. It measures cases, points along an axis such as the number
 * of clients; in each case contenders take turns, round by round; a round gives numbers, histograms of latencies and
 * counts of errors. What is shown of them, and which way is better, its measures say; tables, plots, CSV and
 * comparisons are made of that alone (bench/report/table.ts, bench/report/plots.ts, bench/report/csv.ts, bench/report/compare.ts). Read bench/scenarios/echo.ts next.
 */
import type { HistogramJson } from '../lib/histogram.js';
import type { ErrorCounts } from '../generator/protocol/error-kinds.js';
import type { Margins } from './verdicts.js';

/** What was found: plain JSON, kept in the results' file. */
export interface ExperimentResult {
  /** Of the scenario, which knows how to read it. */
  readonly name: string;
  readonly cases: readonly CaseResult[];
  /** What was reduced or left out, and why. */
  readonly remarks: readonly string[];
  /** Why it has fewer cases than it should. */
  readonly failed?: string;
  /** How long it took, its servers' starts and warm-ups included. */
  readonly durationMs?: number;
}

export interface CaseResult {
  /** Its own within the experiment and the same in every run: `64 clients`. */
  readonly name: string;
  readonly title: string;
  /** Its place on the experiment's axis; a case that has none is not in plots. */
  readonly x?: number;
  /** How many clients there were, where that is one number. */
  readonly clients?: number;
  /** Each client asked again as soon as it was answered, so Little's law holds; see littles-law.ts. */
  readonly closedLoop?: true;
  readonly contenders: readonly ContenderResult[];
}

export interface ContenderResult {
  readonly name: string;
  /** A variant is one of our models, set up in another way; a control is a contender a second time. */
  readonly kind: 'model' | 'peer' | 'variant' | 'control';
  /** Why it has no rounds, or fewer than the others: its tool is missing, or it failed. */
  readonly skipped?: string;
  readonly failed?: string;
  /** The warm-up had to end before the rate was steady: what was measured may be too low. */
  readonly unsteady?: true;
  readonly rounds: readonly RoundResult[];
}

export interface RoundResult extends RoundMeasured {
  /** From 1. Rounds with the same number were measured one right after the other, so they may be compared. */
  readonly round: number;
  /** Its place in the order of that round, from 1. */
  readonly turn: number;
}

/** What one round of one contender gave. Every key carries its unit: `requestsPerSecond`, `rssBytes`. */
export interface RoundMeasured {
  readonly values: Readonly<Record<string, number>>;
  /** `all` is the usual one; other names are of parts of the clients, or of another way to count. */
  readonly latencies: Readonly<Record<string, HistogramJson>>;
  readonly errors?: ErrorCounts;
}

/** One quantity of an experiment: a column of its table, a line in its plot, a row of a comparison. */
export interface Measure {
  /** Its own within the experiment, with its unit: `requestsPerSecond`, `shortP99Ns`. In CSV and comparisons. */
  readonly name: string;
  /** As people read it: `requests/s`, `p99`. */
  readonly label: string;
  /** Neither: it only describes, and is not compared. */
  readonly better?: 'higher' | 'lower';
  /** Not worth a column where it is so of all contenders. */
  readonly isUsual?: (value: number) => boolean;
  /** A cell of a table. */
  readonly format: (value: number) => string;
  /** Undefined: this round does not know. */
  readonly of: (round: RoundResult) => number | undefined;
  /** Over all rounds; default: the median. Percentiles of merged histograms are no median of percentiles. */
  readonly over?: (rounds: readonly RoundResult[]) => number | undefined;
  /** Whether what it gives of these rounds is a lower bound, shown as `≥ 250 ms`. */
  readonly isAtLeast?: (rounds: readonly RoundResult[]) => boolean;
}

/** How the cases are told apart: the horizontal axis of the plots. */
interface Axis {
  /** `clients`, `bytes`, `requests/s offered`. */
  readonly label: string;
  readonly scale: 'log' | 'linear' | 'none';
}

/**
 * A plot of one measure over the axis, a line or bar a contender, with its interval over the rounds; with a second
 * measure, that one dashed beside it. With axis `none`, or one case only: bars.
 */
export interface PlotSpec {
  /** Names the file that it is saved as: letters, digits, dashes. */
  readonly name: string;
  readonly title: string;
  readonly measure: Measure;
  readonly dashed?: Measure;
  readonly scale: 'log' | 'linear';
  /** What the vertical axis says, with its unit. Values are divided by `unit` first: 1e6 shows ns as ms. */
  readonly label: string;
  readonly unit?: number;
}

/** The part of a scenario that explains it and reads its results; bench/scenarios/scenario.ts adds how it is measured. */
export interface Experiment {
  readonly name: string;
  readonly question: string;
  /** What theory predicts. */
  readonly prediction: string;
  readonly lookAt: string;
  readonly axis: Axis;
  /** The first is what contenders are compared by. */
  readonly measures: readonly [Measure, ...Measure[]];
  /** The contender that the others are divided by; default: event-loop. None: nothing is. */
  readonly baseline?: string | false;
  readonly plots: readonly PlotSpec[];
  /**
   * One sentence, or two, of what was seen, made from the numbers; also when much of them is missing. `margins`: of the
   * run that the result is of; 5 % for every measure if left out.
   */
  seen(result: ExperimentResult, margins?: Margins): string;
}
