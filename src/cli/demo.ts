/**
 * `handoff demo`: runs four clients under each model, prints what they receive, and draws all
 * models in one picture. Read ../demo/demo.ts next.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Argv } from 'yargs';
import { writeOut } from '../base/output.js';
import { fileError, writeWhole } from '../base/part-file.js';
import { demonstrate, logFileOf } from '../demo/demo.js';
import { pageOf } from '../timeline/page.js';
import { drawTimelines } from '../timeline/picture.js';
import { traceText } from '../timeline/trace-events.js';
import type { ArgumentsOf, Command } from './command.js';
import { text, wholeNumber, withSettings, type OptionSources } from './options.js';

const options = {
  output: {
    ...text('output'),
    alias: 'o',
    default: 'handoff-demo',
    describe: 'folder for the page, the picture, the trace and the logs',
  },
  'max-pause': {
    ...wholeNumber('max-pause', 0, 60_000),
    default: '200',
    describe: 'upper bound of the random pauses of count in ms',
  },
} as const;

function builder(command: Argv, sources: OptionSources) {
  return withSettings(command, sources, Object.keys(options))
    .options(options)
    .example('$0 demo', 'takes less than 15 seconds')
    .example('$0 demo --max-pause 1000', 'slower, for a lecture');
}

type Arguments = ArgumentsOf<typeof builder>;

export const demoCommand: Command<Arguments> = {
  builder: builder,
  async handler(args) {
    const folder = args.output;
    await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw fileError('write', folder, error);
    });
    const { stdout } = process;
    // hasColors() respects NO_COLOR and the abilities of the terminal.
    const colours = stdout.isTTY && stdout.hasColors();
    const { platform } = process;
    const all = await demonstrate({
      maxPauseMs: args['max-pause'],
      colours,
      print: writeOut,
      platform,
    });
    const sections = all.map(({ section }) => section);
    const page = join(folder, 'timeline.html');
    await writeWhole(page, pageOf('Four clients at once under each model', sections));
    await writeWhole(join(folder, 'timeline.svg'), drawTimelines(sections));
    await writeWhole(
      join(folder, 'trace.json'),
      traceText(sections.map(({ timeline }) => timeline)),
    );
    for (const one of all) await writeWhole(logFileOf(folder, one), `${one.log.join('\n')}\n`);
    await writeOut(
      `Page with all models: ${page}; the picture alone: ${join(folder, 'timeline.svg')};`,
    );
    await writeOut(
      `trace for ui.perfetto.dev: ${join(folder, 'trace.json')}; the logs are in the same folder.`,
    );
  },
};
