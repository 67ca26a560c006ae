/**
 * What a run of the bench is to measure, and how to print it; src/cli/bench.ts parses it. Read
 * run.ts next.
 */

import type { Address } from '../contenders/address.js';
import type { ArrivalsName } from '../generator/protocol/jobs.js';
import type { ServerService } from '../contenders/conversation.js';
import type { OwnService } from '../scenarios/scenario.js';

/** A server of the user's own: the command that starts it, or where it listens. */
export interface ServerOption {
  readonly name: string;
  readonly at: { readonly command: string } | Address;
}

export interface BenchOptions {
  readonly length: 'quick' | 'full';
  /** Every experiment, unless some are named. */
  readonly all: boolean;
  readonly peers: boolean;
  /** A service of the user's own: only it is measured, beside the control. */
  readonly own: OwnService | undefined;
  /** Servers of the user's own, measured beside the models. */
  readonly servers: readonly ServerOption[];
  /** The service of all of these. */
  readonly service: ServerService;
  /** Whether a server may be on another machine. */
  readonly isRemoteAllowed: boolean;
  /** Names of experiments; empty: all of this run. */
  readonly scenarios: readonly string[];
  /** Names of models and peers; empty: all of this run. */
  readonly contenders: readonly string[];
  readonly rounds: number;
  /** Rounds of cases that need a longer window than `roundMs`. */
  readonly longRounds: number;
  readonly roundMs: number;
  /** Of the experiment open-loop. */
  readonly arrivals: ArrivalsName;
  /** Directory of the results; undefined: the default of analysis/results.ts. */
  readonly directory: string | undefined;
  readonly output: 'terminal' | 'markdown' | 'json' | 'csv';
}

/**
 * Default rounds and windows by length. Many short rounds beat few long ones: a disturbance on a
 * shared machine outlasts a window, so a round of 100 ms varies hardly more than one of 250 ms. In
 * the same time, the interval of ten rounds is half to three quarters as wide as that of five.
 */
export const DEFAULT_ROUNDS = {
  quick: { rounds: 10, longRounds: 5, roundMs: 100 },
  full: { rounds: 10, longRounds: 5, roundMs: 150 },
} as const;
