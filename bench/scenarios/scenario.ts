/**
 * The interface of a scenario: an experiment's question, and how to measure it. Each file of this
 * folder has one scenario; all.ts lists them. They run in the runner's process and load servers
 * through the generator. Most compare contenders in load cases that closed-loop.ts makes: read
 * echo.ts next.
 */
import type {
  CaseResult,
  Experiment,
  ExperimentResult,
  RoundMeasured,
} from '../analysis/experiment.js';
import type { ArrivalsName } from '../generator/protocol/jobs.js';
import type { Generator } from '../generator/handle.js';
import type {
  Contender,
  RunningServer,
  ServerNeeds,
  ServiceName,
  TextService,
} from '../contenders/contender.js';

export interface Scenario extends Experiment {
  /**
   * `quick`: part of every run; `full`: part of full runs, or of runs that name it; `own`: of runs
   * with a service of the user's own.
   */
  readonly partOf: 'quick' | 'full' | 'own';
  /** Set if the scenario is part of a run with peers. */
  readonly hasPeers?: boolean;
  /** Services of which any server can take part, not only ours; see --server. */
  readonly serverServices?: readonly ServiceName[];
  /**
   * Why the scenario cannot follow --model, as the end of a sentence; see
   * bench/run/participants.ts.
   */
  readonly participation?: string;
  /** Rejects if the experiment fails; a contender that fails is part of the result. */
  measure(bench: Bench): Promise<Omit<ExperimentResult, 'name'>>;
}

/** One point of an experiment, the same for all contenders. */
export interface Case extends Omit<CaseResult, 'contenders'> {
  readonly needs: ServerNeeds;
  /** Reasons why contenders cannot take part, by name. */
  readonly leftOut?: Readonly<Record<string, string>>;
  /** Minimal window: some 20 of its longest requests, or enough samples for its percentiles. */
  readonly minWindowMs?: number;
  /** Limits the rounds of a case that takes long and repeats well. */
  readonly maxRounds?: number;
  /** Limits the warm-up loads; 0 if the case warms up in its `check`. */
  readonly maxWarmUps?: number;
  /**
   * Minimal warm-up loads by contender, for a rate that rests on a plateau before it rises again.
   */
  readonly minWarmUps?: Readonly<Record<string, number>>;
  /** Checks one answer before anything is timed; rejects if it is wrong. */
  check?(generator: Generator, server: RunningServer): Promise<void>;
  /** Loads the server and measures it. */
  load(generator: Generator, server: RunningServer, window: Window): Promise<RoundMeasured>;
}

/** A service by its file, and the line that its clients send. */
export interface OwnService {
  readonly path: string;
  readonly message: string;
}

interface Window {
  /** Load before the window, for the new connections; the server's code is already warm. */
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** True for a load of the warm-up, whose numbers only decide whether the rate is steady. */
  readonly isWarmUp: boolean;
}

/** The services of the runner for a scenario. The runner stops all servers that it started. */
export interface Bench {
  /** A quick run leaves out cases, not rounds: fewer rounds would give no verdicts. */
  readonly length: 'quick' | 'full';
  /** `--full` and the scenario's name: one with a longer form measures it. */
  readonly isWhole: boolean;
  readonly rounds: number;
  /** Rounds of cases that need a long window; see bench/run/rounds.ts. */
  readonly longRounds: number;
  readonly roundMs: number;
  /** How requests arrive in an open loop. */
  readonly arrivals: ArrivalsName;
  /** The service of the scenarios whose clients send short texts. */
  readonly textService: TextService;
  /** The service of the user's own that is to be measured. */
  readonly own: OwnService | undefined;
  readonly generator: Generator;
  /** Returns the contenders of this run that have the service. */
  contenders(service: ServiceName): readonly Contender[];
  /** Whether --model leaves room for a contender of the scenario's own. */
  takesPart(contender: Pick<Contender, 'name' | 'variantOf'>): boolean;
  start(contender: Contender, needs: ServerNeeds): Promise<RunningServer>;
  /** Measures the cases, in each of which the contenders take turns; see bench/run/rounds.ts. */
  compare(cases: readonly Case[], contenders: readonly Contender[]): Promise<CaseResult[]>;
  /** Shows the current activity on the progress bar. */
  note(doing: string): void;
}
