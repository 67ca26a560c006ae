/** `handoff demo`: the three models at work, at a terminal and in one picture. Read ../demo/demo.ts next. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Argv } from 'yargs';
import { writeOut } from '../base/output.js';
import { fileError, writeWhole } from '../base/part-file.js';
import { demonstrate, logFileOf } from '../demo/demo.js';
import { pageOf } from '../timeline/page.js';
import { drawTimelines } from '../timeline/picture.js';
import { traceOf } from '../timeline/trace-events.js';
import type { ArgumentsOf, Command } from './command.js';
import { text, wholeNumber, withSettings } from './options.js';

const options = {
  output: {
    ...text('output'),
    alias: 'o',
    default: 'handoff-demo',
    describe: 'the folder for the picture, its page, the trace and the logs',
  },
  'max-pause': {
    ...wholeNumber('max-pause', 0, 60_000),
    default: '200',
    describe: 'ms that the pauses of count stay below',
  },
} as const;

function builder(command: Argv) {
  return withSettings(command, Object.keys(options))
    .options(options)
    .example('$0 demo', 'less than 15 seconds')
    .example('$0 demo --max-pause 1000', 'to talk meanwhile');
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
    // hasColors() heeds NO_COLOR and what the terminal can.
    const colours = stdout.isTTY && stdout.hasColors();
    const { platform } = process;
    const all = await demonstrate({ maxPauseMs: args['max-pause'], colours, print: writeOut, platform });
    const sections = all.map(({ section }) => section);
    const page = join(folder, 'timeline.html');
    await writeWhole(page, pageOf('Four clients at once under each model', sections));
    await writeWhole(join(folder, 'timeline.svg'), drawTimelines(sections));
    await writeWhole(
      join(folder, 'trace.json'),
      JSON.stringify(traceOf(sections.map(({ timeline }) => timeline))),
    );
    for (const one of all) await writeWhole(logFileOf(folder, one), `${one.log.join('\n')}\n`);
    await writeOut(
      `The models beside each other: ${page}; the picture alone: ${join(folder, 'timeline.svg')};`,
    );
    await writeOut(`for ui.perfetto.dev: ${join(folder, 'trace.json')}; the logs are there, too.`);
  },
};
