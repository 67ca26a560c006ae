/** The options of `handoff bench`: what to run, how long, and how to print it. Read run.ts next. */
import type { Argv } from 'yargs';
import { text, wholeNumber } from '../../src/cli/options.js';
import { scenarios } from '../scenarios/all.js';
import { models } from '../contenders/models.js';
import { peers } from '../contenders/peers.js';

export interface BenchOptions {
  readonly length: 'quick' | 'full';
  /** Every experiment, unless some are named. */
  readonly all: boolean;
  readonly peers: boolean;
  /** Empty: all that belong to the run. */
  readonly scenarios: readonly string[];
  readonly contenders: readonly string[];
  readonly rounds: number;
  /** Of cases that need a longer window than `roundMs`. */
  readonly longRounds: number;
  readonly roundMs: number;
  /** Where results are saved; undefined: bench/results/. */
  readonly directory: string | undefined;
  readonly output: 'terminal' | 'markdown' | 'json' | 'csv';
}

/**
 * Many short rounds: what disturbs a server on a shared machine lasts longer than a window, so that a round of 100 ms
 * varies hardly more than one of 250, and the interval of ten is a half to three quarters as wide as that of five, in
 * the same time. README.md, "How many rounds".
 */
const QUICK = { rounds: 10, longRounds: 5, roundMs: 100 };
const FULL = { rounds: 10, longRounds: 5, roundMs: 150 };

/** Of `bench` itself, and not of `compare` and `report` as well. */
const own = { global: false } as const;

const options = {
  full: { ...own, type: 'boolean', default: false, describe: 'all experiments, longer' },
  peers: { ...own, type: 'boolean', default: false, describe: 'beside servers in C, Python and bare Node' },
  scenario: { ...own, ...manyOf(scenarios), describe: 'only these experiments' },
  model: { ...own, ...manyOf([...models(), ...peers()]), describe: 'only these models or peers' },
  rounds: { ...own, ...wholeNumber('rounds', 1, 100), describe: 'rounds that every server is measured in' },
  duration: { ...own, ...wholeNumber('duration', 1, 60_000), describe: 'ms of load in a round' },
  output: { ...own, ...text('output'), alias: 'o', describe: 'folder for results (default: bench/results)' },
  json: { ...own, type: 'boolean', describe: 'print the results as JSON' },
  csv: { ...own, type: 'boolean', describe: 'print every round and measure as CSV' },
  markdown: { ...own, type: 'boolean', describe: 'print the tables as Markdown' },
} as const;

export function benchBuilder(command: Argv) {
  return command
    .parserConfiguration({ 'duplicate-arguments-array': true })
    .options(options)
    .conflicts('json', ['markdown', 'csv'])
    .conflicts('markdown', 'csv')
    .example('$0 bench', 'a quick set, in less than two minutes')
    .example('$0 bench --scenario echo --model event-loop thread-per-client', 'one experiment, two models');
}

export type BenchArguments = ReturnType<typeof benchBuilder> extends Argv<infer T> ? T : never;

export function benchOptions(args: BenchArguments): BenchOptions {
  const isFull = args.full || args.peers || args.scenario !== undefined;
  const usual = isFull ? FULL : QUICK;
  return {
    length: isFull ? 'full' : 'quick',
    all: args.full,
    peers: args.peers,
    scenarios: args.scenario ?? [],
    contenders: args.model ?? [],
    rounds: args.rounds ?? usual.rounds,
    longRounds: args.rounds ?? usual.longRounds,
    roundMs: args.duration ?? usual.roundMs,
    directory: args.output,
    output: args.json ? 'json' : args.csv ? 'csv' : args.markdown ? 'markdown' : 'terminal',
  };
}

function manyOf(named: readonly { readonly name: string }[]) {
  return { type: 'string', array: true, requiresArg: true, choices: named.map(({ name }) => name) } as const;
}
