/**
 * What a scenario is: load cases that every contender runs in turns, or a measurement of its own on our models.
 *
 * One file each in this folder, whose header states the question, what theory predicts, what to look at.
 * Read echo.ts next.
 */
import type { Generator } from '../load.js';
import type { CapacityResult, HandOffResult, LoadCase } from '../results.js';
import type { Contender, RunningServer, ServerNeeds, ServiceName } from '../servers.js';

export type Scenario = LoadScenario | SpecialScenario;

export interface LoadScenario {
  readonly kind: 'load';
  readonly name: string;
  readonly service: ServiceName;
  readonly cases: readonly LoadCase[];
  /** Which cases the short run has, unless the scenario is asked for by name; not given: all. */
  readonly inShortRun?: (loadCase: LoadCase) => boolean;
  /** Contenders that cannot take part, by name, and why. */
  readonly leftOut?: Readonly<Record<string, string>>;
}

export interface SpecialScenario {
  readonly kind: 'special';
  readonly name: string;
  /** Too long for the short run: only with --peers, or when asked for by name. */
  readonly onlyInFull: boolean;
  measure(bench: Bench): Promise<{ handOff?: HandOffResult; capacity?: CapacityResult }>;
}

/** What a scenario may use. Servers started through it are stopped with the run, whatever happens. */
export interface Bench {
  readonly generator: Generator;
  start(contender: Contender, needs: ServerNeeds): Promise<RunningServer>;
}
