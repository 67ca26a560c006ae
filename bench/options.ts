/** The command line of the bench: what to run, how long, and how to print it. Read run.ts next. */
import yargs from 'yargs';

export interface BenchOptions {
  readonly peers: boolean;
  /** Empty: all that belong to the run. */
  readonly scenarios: readonly string[];
  readonly contenders: readonly string[];
  readonly rounds: number;
  readonly roundMs: number;
  readonly output: 'terminal' | 'markdown' | 'json';
}

const SHORT = { rounds: 3, roundMs: 500 };
const FULL = { rounds: 5, roundMs: 1000 };

/** Ends the process: status 0 after `--help`, 2 after a mistake, which is told on one line. */
export function parseOptions(
  argv: readonly string[],
  scenarioNames: readonly string[],
  contenderNames: readonly string[],
): BenchOptions {
  const given = yargs([...argv])
    .scriptName('bench')
    .usage(
      '$0 [options]\n\nCompares the server models under load; --peers adds servers in C, Python and bare Node.',
    )
    .option('peers', { type: 'boolean', default: false, describe: 'beside the peers, longer, with capacity' })
    .option('scenario', { ...manyOf(scenarioNames), describe: 'only this scenario' })
    .option('model', { ...manyOf(contenderNames), describe: 'only this model or peer' })
    .option('rounds', { ...wholeNumber('rounds', 100), describe: 'rounds that every server is measured in' })
    .option('duration', { ...wholeNumber('duration', 60_000), describe: 'ms of load in a round' })
    .option('json', { type: 'boolean', default: false, describe: 'print the results as JSON' })
    .option('markdown', { type: 'boolean', default: false, describe: 'print the tables as Markdown' })
    .check(({ json, markdown }) => !(json && markdown) || '--json and --markdown exclude each other')
    .strict()
    .version(false)
    .exitProcess(false)
    .fail((message, error: Error | undefined) => leave(error?.message ?? message))
    .parseSync();
  if (given['help'] === true) process.exit(0);
  const length = given.peers ? FULL : SHORT;
  return {
    peers: given.peers,
    scenarios: given.scenario ?? [],
    contenders: given.model ?? [],
    rounds: given.rounds ?? length.rounds,
    roundMs: given.duration ?? length.roundMs,
    output: given.json ? 'json' : given.markdown ? 'markdown' : 'terminal',
  };
}

function manyOf(choices: readonly string[]) {
  return { type: 'string', array: true, requiresArg: true, choices } as const;
}

/** yargs itself would turn `--rounds x` into NaN and go on. */
function wholeNumber(name: string, most: number) {
  return {
    type: 'string',
    requiresArg: true,
    coerce: (given: string | string[] | undefined): number | undefined => {
      if (given === undefined) return undefined;
      const value = /^\d+$/.test(String(given)) ? Number(given) : 0;
      if (value < 1 || value > most) throw new Error(`--${name} takes a whole number from 1 to ${most}`);
      return value;
    },
  } as const;
}

function leave(message: string): never {
  process.stderr.write(`bench: ${message.replaceAll('\n', ' ')}\n`);
  process.exit(2);
}
