/** `handoff bench`: experiments with the models under load, and what is made of their results. Read bench/run/run.ts next. */
import { basename } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { benchBuilder, benchOptions, type BenchArguments } from '../../bench/run/options.js';
import { writeOut } from '../base/output.js';
import type { Command } from './command.js';
import { text, wholeNumber } from './options.js';

function compareBuilder(command: Argv) {
  return command
    .positional('before', { type: 'string', demandOption: true, describe: 'file of the earlier run' })
    .positional('after', { type: 'string', demandOption: true, describe: 'file of the later run' })
    .options({
      'fail-over': {
        ...wholeNumber('fail-over', 0, 1000),
        describe: 'exit with status 99 if anything is certainly worse by more than so many per cent',
      },
      'relative-to': {
        ...text('relative-to'),
        describe: "divide by this contender (default: each experiment's baseline)",
      },
      json: { type: 'boolean', describe: 'print JSON' },
      markdown: { type: 'boolean', describe: 'print Markdown' },
    } as const)
    .conflicts('json', 'markdown');
}

type CompareArguments = ReturnType<typeof compareBuilder> extends Argv<infer T> ? T : never;

const compareCommand: CommandModule<object, CompareArguments> = {
  command: 'compare <before> <after>',
  describe: 'tell what has changed between two runs, and how sure that is',
  builder: compareBuilder,
  async handler({ before, after, json, markdown, ...args }) {
    const { compareFiles } = await import('../../bench/report/compare-files.js');
    const { scenarios } = await import('../../bench/scenarios/all.js');
    const { output, exitStatus } = compareFiles(before, after, scenarios, {
      ...(args['fail-over'] === undefined ? {} : { failOverPercent: args['fail-over'] }),
      ...(args['relative-to'] === undefined ? {} : { relativeTo: args['relative-to'] }),
      output: json ? 'json' : markdown ? 'markdown' : 'terminal',
    });
    process.stdout.write(output);
    process.exitCode = exitStatus;
  },
};

function reportBuilder(command: Argv) {
  return command
    .positional('results', { type: 'string', demandOption: true, describe: 'file of a run' })
    .option('output', { ...text('output'), alias: 'o', describe: 'folder (default: beside the file)' });
}

type ReportArguments = ReturnType<typeof reportBuilder> extends Argv<infer T> ? T : never;

const reportCommand: CommandModule<object, ReportArguments> = {
  command: 'report <results>',
  describe: 'make the page and the pictures of a run again',
  builder: reportBuilder,
  async handler({ results: path, output = pathWithoutEnding(path) }) {
    const { readResults } = await import('../../bench/analysis/results-file.js');
    const { savePictures } = await import('../../bench/report/html.js');
    const { scenarios } = await import('../../bench/scenarios/all.js');
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
  builder: (command) =>
    benchBuilder(command)
      .command(compareCommand)
      .command(reportCommand)
      .epilogue(
        'Tables are up to 150 characters wide. Where that is too much: handoff bench | less -S, or the page that each run leaves.',
      ),
  async handler(args) {
    const { runBench } = await import('../../bench/run/run.js');
    process.exitCode = await runBench(benchOptions(args));
  },
};
