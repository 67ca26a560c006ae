/**
 * `handoff load` and `handoff load merge`: parses their options. Runs in the runner's process. Read
 * ../../bench/run/load.ts next.
 */
import type { Argv } from 'yargs';
import { messageBytes } from '../../bench/analysis/message.js';
import { parseAddress } from '../../bench/contenders/address.js';
import { ARRIVALS } from '../../bench/generator/protocol/jobs.js';
import { MOST_SEED } from '../../bench/analysis/load-results.js';
import type { LoadOptions, LoadOutput } from '../../bench/run/load.js';
import { UsageError } from '../base/errors.js';
import type { ArgumentsOf, Command } from './command.js';
import { text, wholeNumber, withoutSettings } from './options.js';
import { withSubcommand, type Subcommand } from './subcommand.js';

const MOST_CLIENTS = 10_000;
const MOST_RATE = 1_000_000;
const MOST_MS = 600_000;

const outputOptions = {
  output: { ...text('output'), alias: 'o', describe: 'file for the results (JSON)' },
  json: { type: 'boolean', default: false, describe: 'print the results as JSON' },
} as const;

/** Marks an option of `load` that `merge` does not have. */
const own = { global: false } as const;

const loadOptions = {
  clients: {
    ...own,
    ...wholeNumber('clients', 1, MOST_CLIENTS),
    default: 16,
    describe: 'number of clients, each with one request at a time',
  },
  rate: {
    ...own,
    ...wholeNumber('rate', 1, MOST_RATE),
    describe:
      'requests a second of all clients together, whatever the server does (default: each client ' +
      'asks again when it has its answer)',
  },
  arrivals: {
    ...own,
    type: 'string',
    requiresArg: true,
    choices: ARRIVALS,
    describe:
      'of --rate: at even intervals, or at random ones as independent clients arrive (default: even)',
  },
  seed: {
    ...own,
    ...wholeNumber('seed', 0, MOST_SEED),
    describe: 'of --arrivals poisson: the same seed gives the same times (default: a random one)',
  },
  duration: {
    ...own,
    ...wholeNumber('duration', 1, MOST_MS),
    default: 10_000,
    describe: 'length of the measured load, in ms',
  },
  'warm-up': {
    ...own,
    ...wholeNumber('warm-up', 0, MOST_MS),
    default: 1000,
    describe: 'length of the load before it, in ms',
  },
  message: {
    ...own,
    ...text('message'),
    default: 'hello\\n',
    describe: 'what each client sends; \\n, \\r, \\t, \\\\ and \\xNN stand for one byte',
  },
  expect: {
    ...own,
    ...text('expect'),
    describe: 'the right answer, all of its bytes (default: the message itself)',
  },
  churn: {
    ...own,
    type: 'boolean',
    default: false,
    describe: 'make a new connection for each message',
  },
  remote: {
    ...own,
    type: 'boolean',
    default: false,
    describe: 'let the server be on another machine, whose owner has agreed',
  },
} as const;

function loadBuilder(command: Argv) {
  return command
    .positional('address', {
      type: 'string',
      describe: 'host:port of the server, or its port on this machine',
    })
    .options({ ...loadOptions, ...outputOptions })
    .example("$0 load 127.0.0.1:9000 --message 'hello\\n'", 'an echo server, in a closed loop')
    .example(
      "$0 load 7000 --message 'work 5\\n' --expect 'done 5\\n' --rate 100",
      'in an open loop',
    )
    .example('$0 load merge a.json b.json', 'results of two generators that ran at the same time');
}

type LoadArguments = ArgumentsOf<typeof loadBuilder>;

function optionsOf(args: LoadArguments): LoadOptions {
  // Not demanded by yargs, which would also demand it of `load merge`.
  if (args.address === undefined)
    throw new UsageError('load needs <address>; for example: handoff load 127.0.0.1:9000');
  if (args.churn && args.rate !== undefined)
    throw new UsageError('--rate is for connections that are kept: leave out --churn');
  if (args.arrivals !== undefined && args.rate === undefined)
    throw new UsageError('--arrivals is for an open loop: give its --rate');
  if (args.seed !== undefined && args.arrivals !== 'poisson')
    throw new UsageError('--seed is for --arrivals poisson');
  const message = messageBytes(args.message, '--message');
  return {
    address: parseAddress(args.address, 'load'),
    isRemoteAllowed: args.remote,
    clients: args.clients,
    ratePerSecond: args.rate,
    arrivals: { kind: args.arrivals ?? 'even', seed: args.seed },
    warmUpMs: args['warm-up'],
    durationMs: args.duration,
    message,
    expected: args.expect === undefined ? message : messageBytes(args.expect, '--expect'),
    churn: args.churn,
    output: outputOf(args),
  };
}

function outputOf({ output, json }: { output: string | undefined; json: boolean }): LoadOutput {
  return { file: output, json };
}

function mergeBuilder(command: Argv) {
  return (
    command
      // Without this setting yargs keeps only the last of several files.
      .parserConfiguration({ 'duplicate-arguments-array': true })
      .positional('file', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'results files of handoff load',
      })
      .options(outputOptions)
  );
}

type MergeArguments = ArgumentsOf<typeof mergeBuilder>;

const mergeCommand: Subcommand<MergeArguments> = {
  command: 'merge <file..>',
  example: 'load merge a.json b.json',
  options: outputOptions,
  describe: 'add up the results of generators that ran at the same time',
  builder: mergeBuilder,
  async handler({ file: [first, ...others], ...args }) {
    if (first === undefined || others.length === 0)
      throw new UsageError('load merge takes at least two files');
    const { mergeLoadFiles } = await import('../../bench/run/load.js');
    await mergeLoadFiles([first, ...others], outputOf(args));
  },
};

export const loadCommand: Command<LoadArguments> = {
  builder(command, line) {
    if (!line.args.includes('merge'))
      withoutSettings(
        command,
        { ...line, subcommands: ['merge'] },
        { ...loadOptions, ...outputOptions },
      );
    return withSubcommand(loadBuilder(command), 'load', line, mergeCommand);
  },
  async handler(args) {
    const { runLoad } = await import('../../bench/run/load.js');
    process.exitCode = await runLoad(optionsOf(args));
  },
};
