/**
 * `handoff bench` and its subcommands `compare`, `nodes` and `report`: parses their options. Runs in the
 * runner's process. Read ../../bench/run/run.ts next.
 */
import { basename, resolve } from 'node:path';
import type { Argv } from 'yargs';
import { models } from '../../bench/contenders/models.js';
import { peers } from '../../bench/contenders/peers.js';
import { DEFAULT_ROUNDS, type BenchOptions } from '../../bench/run/options.js';
import { CONVERSATIONS, type ServerService } from '../../bench/contenders/conversation.js';
import { ARRIVALS } from '../../bench/generator/protocol/jobs.js';
import { assertFitting, suggestedService } from '../../bench/run/selection.js';
import { scenarios } from '../../bench/scenarios/all.js';
import { UsageError } from '../base/errors.js';
import { writeOut } from '../base/output.js';
import type { ArgumentsOf, Command } from './command.js';
import { text, wholeNumber, withoutSettings } from './options.js';
import { serverOptions } from './server-option.js';
import { withSubcommand, type Subcommand } from './subcommand.js';

/** Marks an option of `bench` that its subcommands do not have. */
const own = { global: false } as const;

const SERVER_SERVICES = Object.keys(CONVERSATIONS) as ServerService[];

const options = {
  full: {
    ...own,
    type: 'boolean',
    default: false,
    describe: 'run all experiments, with longer rounds',
  },
  peers: {
    ...own,
    type: 'boolean',
    default: false,
    describe: 'also measure the reference servers in C, Python and plain Node',
  },
  scenario: {
    ...own,
    ...manyOf(scenarios.filter(({ partOf }) => partOf !== 'own')),
    describe: 'experiments to run (default: all of the set)',
  },
  own: {
    ...own,
    ...text('own'),
    describe: 'file of a service of your own, which is measured instead of the experiments',
  },
  message: {
    ...own,
    ...text('message'),
    describe: "the line that clients of --own send; the server's first answer is the right one",
  },
  server: {
    ...own,
    type: 'string',
    array: true,
    describe:
      "server of your own to measure beside the models: 'name=command {port}' or 'name=tcp://host:port'",
  },
  service: {
    ...own,
    ...oneOf(SERVER_SERVICES),
    describe: 'what each --server speaks (default: what --scenario needs, or echo)',
  },
  remote: {
    ...own,
    type: 'boolean',
    default: false,
    describe: 'let a --server be on another machine, whose owner has agreed',
  },
  model: {
    ...own,
    ...manyOf([...models(), ...peers()]),
    describe: 'models or peers to measure (default: all)',
  },
  rounds: {
    ...own,
    ...wholeNumber('rounds', 1, 100),
    describe: 'number of rounds (default: 10, or 5 of long experiments)',
  },
  duration: {
    ...own,
    ...wholeNumber('duration', 1, 60_000),
    describe: 'length of the load in a round, in ms',
  },
  arrivals: {
    ...own,
    ...oneOf(ARRIVALS),
    describe:
      'of the experiment open-loop: at even intervals, or as a Poisson process (default: even)',
  },
  output: {
    ...own,
    ...text('output'),
    alias: 'o',
    describe: "folder for the results (default: bench/results in handoff's own folder)",
  },
  json: { ...own, type: 'boolean', describe: 'print the results as JSON' },
  csv: { ...own, type: 'boolean', describe: 'print each measure of each round as CSV' },
  markdown: { ...own, type: 'boolean', describe: 'print the tables as Markdown' },
} as const;

export function benchBuilder(command: Argv) {
  return command
    .parserConfiguration({ 'duplicate-arguments-array': true })
    .options(options)
    .conflicts('json', ['markdown', 'csv'])
    .conflicts('markdown', 'csv')
    .example('$0 bench', 'the quick set, in about two minutes')
    .example(
      '$0 bench --scenario echo --model event-loop thread-per-client',
      'one experiment, two models',
    )
    .example(
      "$0 bench --scenario echo --server 'mine=python3 server.py {port}'",
      'a server of your own beside ours',
    )
    .example("$0 bench --own mine.js --message 'a line'", 'a service of your own');
}

type BenchArguments = ArgumentsOf<typeof benchBuilder>;

/**
 * Converts the parsed options. A run with named experiments or with peers has the rounds of a full
 * run.
 */
export function benchOptions(args: BenchArguments): BenchOptions {
  const length =
    args.full || args.peers || args.scenario !== undefined || args.own !== undefined
      ? 'full'
      : 'quick';
  const usual = DEFAULT_ROUNDS[length];
  return {
    length,
    all: args.full,
    peers: args.peers,
    own: ownService(args),
    ...ownServers(args),
    scenarios: args.scenario ?? [],
    contenders: args.model ?? [],
    rounds: args.rounds ?? usual.rounds,
    longRounds: args.rounds ?? usual.longRounds,
    roundMs: args.duration ?? usual.roundMs,
    arrivals: args.arrivals ?? 'even',
    directory: args.output,
    output: args.json ? 'json' : args.csv ? 'csv' : args.markdown ? 'markdown' : 'terminal',
  };
}

function ownServers(
  args: BenchArguments,
): Pick<BenchOptions, 'servers' | 'service' | 'isRemoteAllowed'> {
  const { server = [], service, remote: isRemoteAllowed, scenario = [], own: ownFile } = args;
  if (server.length === 0) {
    if (service !== undefined || isRemoteAllowed)
      throw new UsageError('--service and --remote belong to --server');
    return { servers: [], service: 'echo', isRemoteAllowed };
  }
  if (ownFile !== undefined)
    throw new UsageError('--own measures the models only: leave out --server');
  const spoken = service ?? suggestedService(scenario, SERVER_SERVICES);
  assertFitting(scenario, spoken);
  const taken = [...models(), ...peers()].map(({ name }) => name);
  return { servers: serverOptions(server, taken), service: spoken, isRemoteAllowed };
}

function ownService({
  own: path,
  message,
  full,
  peers,
  scenario,
}: BenchArguments): BenchOptions['own'] {
  if (path === undefined && message === undefined) return undefined;
  if (path === undefined || message === undefined)
    throw new UsageError("--own and --message belong together: --own mine.js --message 'a line'");
  if (full || peers || scenario !== undefined)
    throw new UsageError('--own is an experiment by itself: leave out --full, --peers, --scenario');
  return { path: resolve(path), message };
}

function oneOf<Choice extends string>(choices: readonly Choice[]) {
  return { type: 'string', requiresArg: true, choices } as const;
}

function manyOf(named: readonly { readonly name: string }[]) {
  return {
    type: 'string',
    array: true,
    choices: named.map(({ name }) => name),
  } as const;
}

const compareOptions = {
  'fail-over': {
    ...wholeNumber('fail-over', 0, 1000),
    describe:
      'threshold in per cent: exit with status 99 if a measure or the number of failures is certainly worse by more',
  },
  'relative-to': {
    ...text('relative-to'),
    describe: "contender to divide by (default: each experiment's baseline)",
  },
  json: { type: 'boolean', describe: 'print the changes as JSON' },
  markdown: { type: 'boolean', describe: 'print the changes as Markdown' },
} as const;

function compareBuilder(command: Argv) {
  return command
    .positional('before', {
      type: 'string',
      demandOption: true,
      describe: 'results file of the earlier run',
    })
    .positional('after', {
      type: 'string',
      demandOption: true,
      describe: 'results file of the later run',
    })
    .options(compareOptions)
    .conflicts('json', 'markdown');
}

type CompareArguments = ArgumentsOf<typeof compareBuilder>;

const compareCommand: Subcommand<CompareArguments> = {
  command: 'compare <before> <after>',
  describe: 'show the changes between two runs with their confidence intervals',
  example: 'bench compare before.json after.json',
  options: compareOptions,
  builder: compareBuilder,
  async handler({ before, after, json, markdown, ...args }) {
    const { compareFiles } = await import('../../bench/report/compare-report.js');
    const { output, exitStatus } = compareFiles(before, after, scenarios, {
      ...(args['fail-over'] === undefined ? {} : { failOverPercent: args['fail-over'] }),
      ...(args['relative-to'] === undefined ? {} : { relativeTo: args['relative-to'] }),
      output: json ? 'json' : markdown ? 'markdown' : 'terminal',
    });
    process.exitCode = exitStatus;
    await writeOut(output.trimEnd());
  },
};

const nodesOptions = {
  measure: {
    type: 'string',
    array: true,
    describe: 'names of measures to show, as in --csv (default: the first that a case has)',
  },
  markdown: { type: 'boolean', describe: 'print the tables as Markdown' },
} as const;

function nodesBuilder(command: Argv) {
  return (
    command
      // Without this setting yargs keeps only the last of several files.
      .parserConfiguration({ 'duplicate-arguments-array': true })
      .positional('results', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'results files of several runs, such as one for each version of Node',
      })
      .options(nodesOptions)
  );
}

type NodesArguments = ArgumentsOf<typeof nodesBuilder>;

const nodesCommand: Subcommand<NodesArguments> = {
  command: 'nodes <results..>',
  describe: 'show several runs side by side, such as those under several versions of Node',
  example: 'bench nodes node-20.json node-26.json',
  options: nodesOptions,
  builder: nodesBuilder,
  async handler({ results: paths, measure, markdown }) {
    const { readSummary } = await import('../../bench/analysis/summary.js');
    const { runsInWords, sideBySide } = await import('../../bench/report/side-by-side.js');
    const { render } = await import('../../bench/analysis/numbers.js');
    const runs = paths.map((path) => readSummary(path, scenarios));
    const tables = sideBySide({ runs, definitions: scenarios }, measure);
    if (tables.length === 0) throw new UsageError('--measure: no run has such a measure');
    const rendered = tables.map((table) => render(table, markdown ? 'markdown' : 'terminal'));
    await writeOut([runsInWords(runs).join('\n'), ...rendered].join('\n\n'));
  },
};

const reportOptions = {
  output: {
    ...text('output'),
    alias: 'o',
    describe: 'folder for the page (default: next to the file)',
  },
} as const;

function reportBuilder(command: Argv) {
  return command
    .positional('results', {
      type: 'string',
      demandOption: true,
      describe: 'results file of a run',
    })
    .options(reportOptions);
}

type ReportArguments = ArgumentsOf<typeof reportBuilder>;

const reportCommand: Subcommand<ReportArguments> = {
  command: 'report <results>',
  describe: 'write the page and the pictures of a run again',
  example: 'bench report results.json',
  options: reportOptions,
  builder: reportBuilder,
  async handler({ results: path, output = pathWithoutEnding(path) }) {
    const { readResults } = await import('../../bench/analysis/results.js');
    const { savePictures } = await import('../../bench/report/html.js');
    const { tablesOf } = await import('../../bench/report/table.js');
    const results = readResults(path);
    const input = { results, experiments: scenarios, tablesOf, resultsName: basename(path) };
    await writeOut(savePictures(output, input));
  },
};

function pathWithoutEnding(path: string): string {
  return path.replace(/(\.json)?$/, path.endsWith('.json') ? '' : '-report');
}

export const benchCommand: Command<BenchArguments> = {
  builder(command, line) {
    const subcommands = ['compare', 'nodes', 'report'];
    if (!subcommands.some((name) => line.args.includes(name)))
      withoutSettings(command, { ...line, subcommands }, options);
    const compare = withSubcommand(benchBuilder(command), 'bench', line, compareCommand);
    const nodes = withSubcommand(compare, 'bench', line, nodesCommand);
    return withSubcommand(nodes, 'bench', line, reportCommand).epilogue(
      'Tables are up to 150 characters wide. On a narrower terminal, use handoff bench | less -S, ' +
        'or open the page that each run saves.',
    );
  },
  async handler(args) {
    const { runBench } = await import('../../bench/run/run.js');
    process.exitCode = await runBench(benchOptions(args));
  },
};
