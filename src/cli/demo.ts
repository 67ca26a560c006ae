/**
 * `handoff demo`: runs four clients under each model, in two acts, prints what they receive, and
 * draws all of it in one picture. Read ../demo/demo.ts next.
 */
import { join } from 'node:path';
import type { Argv } from 'yargs';
import { makeFolder } from '../base/output-files.js';
import { writeOut } from '../base/output.js';
import { writeWhole } from '../base/part-file.js';
import { demonstrate, logFileOf, sectionsOf } from '../demo/demo.js';
import { pageOf } from '../timeline/page.js';
import { projectorPageOf } from '../timeline/projector.js';
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
    default: 200,
    describe: 'first act: upper bound of the random pauses of count in ms',
  },
  work: {
    ...wholeNumber('work', 1, 10_000),
    default: 1000,
    describe: 'second act: for how long client A computes in ms',
  },
  projector: {
    type: 'boolean',
    default: false,
    describe: 'also write a page for a lecture hall, with one model a step',
  },
} as const;

function builder(command: Argv, sources: OptionSources) {
  return withSettings(command, sources, options)
    .options(options)
    .example('$0 demo', 'takes about 20 seconds')
    .example('$0 demo --max-pause 1000 --projector', 'slower, for a lecture');
}

const TITLE = 'Four clients at once under each model';

type Arguments = ArgumentsOf<typeof builder>;

export const demoCommand: Command<Arguments> = {
  builder: builder,
  async handler(args) {
    const folder = args.output;
    makeFolder(folder);
    const { stdout } = process;
    // hasColors() respects NO_COLOR and the abilities of the terminal.
    const colours = stdout.isTTY && stdout.hasColors();
    const { platform } = process;
    const acts = await demonstrate({
      maxPauseMs: args['max-pause'],
      workMs: args.work,
      colours,
      print: writeOut,
      platform,
    });
    const all = acts.flatMap(({ models }) => models);
    const sections = sectionsOf(acts);
    const page = join(folder, 'timeline.html');
    await writeWhole(page, pageOf(TITLE, sections));
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
    if (!args.projector) return;
    const lecture = join(folder, 'projector.html');
    await writeWhole(
      lecture,
      projectorPageOf(
        TITLE,
        acts.map(({ title, sentence, models }) => ({
          title,
          sentence,
          sections: models.map(({ section }) => section),
        })),
      ),
    );
    await writeOut(`Page for a lecture hall, with one model a step: ${lecture}.`);
  },
};
