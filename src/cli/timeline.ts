/**
 * `handoff timeline`: draws which thread served which client, and when, from a server's log. Read
 * ../timeline/connections.ts next.
 */
import { basename, dirname, extname, join } from 'node:path';
import type { Argv } from 'yargs';
import { writeOut } from '../base/output.js';
import { writeWhole } from '../base/part-file.js';
import { StartError, UsageError } from '../base/errors.js';
import { timelineOf, type Timeline } from '../timeline/connections.js';
import { checkReplaceable } from '../timeline/own-page.js';
import { pageOf } from '../timeline/page.js';
import { projectorPageOf } from '../timeline/projector.js';
import { drawTimelines } from '../timeline/picture.js';
import type { Section } from '../timeline/placing.js';
import { pickRun, readLog } from '../timeline/read-log.js';
import { plural, summarize } from '../timeline/summary.js';
import { traceText } from '../timeline/trace-events.js';
import { printable } from '../base/printable.js';
import type { ArgumentsOf, Command } from './command.js';
import { ProgressBar } from './progress.js';
import { text, wholeNumber, withSettings, type OptionSources } from './options.js';
import { withoutEffect } from './typed.js';

/** The writer of each format, by the extension of the file. */
const FORMATS: Readonly<
  Record<string, (title: string, section: Section, notes: string[]) => string | Iterable<string>>
> = {
  '.html': (title, section, notes) => pageOf(title, [section], notes),
  '.svg': (_title, section) => drawTimelines([section]),
  '.json': (_title, { timeline }) => withProgress(traceText([timeline])),
};

const options = {
  output: {
    alias: 'o',
    type: 'string',
    requiresArg: true,
    repeatable: true,
    coerce: outputs,
    describe:
      'file to write: a page (.html), a picture (.svg) or trace events for Perfetto (.json); ' +
      'repeatable (default: a page beside the log)',
  },
  projector: {
    type: 'boolean',
    default: false,
    describe: 'make pages for a lecture hall: large text, the full width of the screen',
  },
  run: {
    ...wholeNumber('run', 1, 1e9),
    describe: 'number of the run in the log, from 1 (default: the last run)',
  },
  from: {
    ...wholeNumber('from', 0, 1e12),
    describe: 'start of the drawing in ms since the first client (default: 0)',
  },
  to: {
    ...wholeNumber('to', 1, 1e12),
    describe: 'end of the drawing in ms since the first client (default: the end of the run)',
  },
} as const;

/** Reading or writing that takes longer shows its progress on a terminal. */
const PATIENCE_MS = 1000;

function* withProgress(pieces: Iterable<string>): Generator<string> {
  const bar = new ProgressBar({ label: 'writing', unit: 'events', afterMs: PATIENCE_MS });
  let events = 0;
  try {
    for (const piece of pieces) {
      yield piece;
      bar.update(++events, undefined);
    }
  } finally {
    bar.stop();
  }
}

/** @throws UsageError on an empty path and on an unknown extension */
function outputs(value: unknown, place = '--output'): string[] {
  const values: readonly unknown[] = Array.isArray(value) && value.length > 0 ? value : [value];
  const paths = values.map((path) => text('output').coerce(path, place));
  const unknown = paths.find((path) => !(extname(path) in FORMATS));
  if (unknown === undefined) return paths;
  throw new UsageError(
    `${place} takes a file ending in .html, .svg or .json, not ${JSON.stringify(unknown)}`,
  );
}

function builder(command: Argv, sources: OptionSources) {
  return withSettings(command, sources, options)
    .parserConfiguration({ 'duplicate-arguments-array': true })
    .positional('log', {
      type: 'string',
      demandOption: true,
      describe: 'log file of a server; - is standard input',
    })
    .options(options)
    .example(
      '$0 serve count --log-file server.log --log-level debug',
      'writes a log with a line for each message',
    )
    .example('$0 timeline server.log', 'writes server.html, a page for any browser')
    .example('$0 timeline server.log -o timeline.svg', 'writes a picture')
    .example(
      '$0 timeline server.log -o trace.json',
      'writes trace events for ui.perfetto.dev or chrome://tracing',
    );
}

type Arguments = ArgumentsOf<typeof builder>;

export const timelineCommand: Command<Arguments> = {
  builder: builder,
  example: 'timeline server.log',
  async handler(args) {
    const { from: fromMs = 0, to: toMs = Infinity } = args;
    // yargs turns a positional `-` into an empty string.
    const path = args.log || '-';
    const written = args.output ?? [besideLog(path)];
    if (args.projector && written.every((path) => extname(path) !== '.html'))
      throw withoutEffect('projector', `on ${written.join(' and ')}; it belongs to .html`);
    if (toMs <= fromMs) throw new UsageError(`--to ${toMs} is not after --from ${fromMs}`);
    const bar = new ProgressBar({ label: 'reading', afterMs: PATIENCE_MS });
    const log = await readLog(path, (bytes, totalBytes) => bar.update(bytes, totalBytes)).finally(
      () => bar.stop(),
    );
    const run = pickRun(log, args.run);
    const timeline = timelineOf(run);
    if (timeline.spans.length === 0) throw new StartError(empty(run.isListening));
    if (fromMs > timeline.lengthMs)
      throw new StartError(
        `--from ${fromMs} is after the last connection's end, ${Math.ceil(timeline.lengthMs)} ms`,
      );
    const window = args.from === undefined && args.to === undefined ? undefined : { fromMs, toMs };
    const section = {
      title: timeline.model,
      sentence: summarize(timeline),
      timeline,
      ...(window && { window }),
    };
    const notes = notesOn(timeline, log.runs.indexOf(run) + 1, log.runs.length, log.foreignLines);
    const name = path === '-' ? 'a log' : printable(basename(path));
    for (const path of written) {
      const extension = extname(path);
      const format = args.projector && extension === '.html' ? projectorPage : FORMATS[extension];
      if (format)
        await writeWhole(
          path,
          format(`${timeline.service}, ${timeline.model}: ${name}`, section, notes),
        );
    }
    const where = args.output ? [] : written.map((page) => `The page: ${printable(page)}`);
    await writeOut(
      [`${timeline.service}, ${timeline.model}: ${section.sentence}`, ...notes, ...where].join(
        '\n',
      ),
    );
  },
};

/** The endings of logs. Any other belongs to the name: `log.chat` and `log.count` are two logs. */
const LOG_ENDING = /(?<=.)\.(?:log|jsonl?|ndjson|txt)$/;

/**
 * The page beside a log: `server.html` for `server.log`, `log.chat.html` for `log.chat`.
 * @throws UsageError for standard input
 * @throws StartError, before the log is read, if another program's file has that name
 */
function besideLog(log: string): string {
  if (log === '-') throw new UsageError('a log from standard input needs -o, such as -o page.html');
  const page = join(dirname(log), `${basename(log).replace(LOG_ENDING, '')}.html`);
  checkReplaceable(page);
  return page;
}

function projectorPage(title: string, section: Section, notes: string[]): string {
  return projectorPageOf(title, [{ title, sentence: notes.join(' '), sections: [section] }]);
}

function empty(listens: boolean): string {
  const why = listens
    ? 'no client connected, or it served datagrams, or its log leaves connections out'
    : 'the log has no listening line';
  return `this run of the server has no connection: ${why}`;
}

function notesOn(
  { originMs, pid }: Timeline,
  run: number,
  runs: number,
  foreignLines: number,
): string[] {
  const which = runs > 1 ? `Run ${run} of ${runs} in the log; ` : '';
  const notes = [`${which}process ${pid}, first client on ${new Date(originMs).toISOString()}.`];
  notes[0] = notes[0]?.replace(/^p/, 'P') ?? '';
  if (foreignLines > 0)
    notes.push(`${plural(foreignLines, 'line')} of the log could not be read as a server's log.`);
  return notes;
}
