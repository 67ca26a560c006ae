/**
 * What a scenario is: an experiment's question, and how it is measured. One file each in this folder; all.ts lists
 * them. Most compare contenders in load cases that closed-loop.ts makes: read echo.ts next.
 */
import type { CaseResult, Experiment, ExperimentResult, RoundMeasured } from '../analysis/experiment.js';
import type { Generator } from '../generator/handle.js';
import type { Contender, RunningServer, ServerNeeds, ServiceName } from '../contenders/contender.js';

export interface Scenario extends Experiment {
  /** `quick`: in every run; `full`: only in a full one, or when asked for by name. */
  readonly partOf: 'quick' | 'full';
  /** With the peers, too. */
  readonly hasPeers?: boolean;
  /** If it cannot do as --model says: why, as the end of a sentence. Said by bench/run/participants.ts when it is so. */
  readonly whoTakesPart?: string;
  measure(bench: Bench): Promise<Omit<ExperimentResult, 'name'>>;
}

/** One point of an experiment, the same for all contenders. */
export interface Case extends Omit<CaseResult, 'contenders'> {
  readonly needs: ServerNeeds;
  /** Contenders that cannot take part, by name, and why. */
  readonly leftOut?: Readonly<Record<string, string>>;
  /** A window is at least so long, whatever was asked for: some 20 of its longest requests, or its percentiles' samples. */
  readonly leastMs?: number;
  /** For what takes long and repeats well: fewer rounds than the others have. */
  readonly mostRounds?: number;
  /** The most loads of its warm-up, if not the usual number; 0 if the case warms up in its `check`. */
  readonly mostWarmUps?: number;
  /** Contenders whose rate rests on a plateau before it goes on to rise, by name: no warm-up of fewer loads is believed. */
  readonly leastWarmUps?: Readonly<Record<string, number>>;
  /** Asks for one right answer before anything is timed; rejects if it is wrong. */
  check?(generator: Generator, server: RunningServer): Promise<void>;
  /** Loads the server and measures it; a warm-up is a load whose numbers nobody keeps. */
  load(generator: Generator, server: RunningServer, window: Window): Promise<RoundMeasured>;
}

interface Window {
  /** Loaded but not measured: the connections are new, the server's code is hot already. */
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** Of the warm-up before the first round: its numbers are only looked at for whether they are steady. */
  readonly isWarmUp: boolean;
}

/** What a scenario may use. Servers started through it are stopped with the run, whatever happens. */
export interface Bench {
  /** A quick run leaves out cases, not rounds: with fewer of those there is nothing to conclude. */
  readonly length: 'quick' | 'full';
  readonly rounds: number;
  /** Of what takes long; see bench/run/rounds.ts. */
  readonly longRounds: number;
  readonly roundMs: number;
  readonly generator: Generator;
  /** Those that are wanted in this run and have the service. */
  contenders(service: ServiceName): readonly Contender[];
  start(contender: Contender, needs: ServerNeeds): Promise<RunningServer>;
  /** Lets the contenders take turns in each of the cases; see bench/run/rounds.ts. */
  compare(cases: readonly Case[], contenders: readonly Contender[]): Promise<CaseResult[]>;
  /** Says on the progress bar what is being done now. */
  note(doing: string): void;
}
