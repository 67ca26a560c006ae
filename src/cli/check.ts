/**
 * `handoff check`: whether a server does what an exercise of the course asks. Read
 * ../check/run-checks.ts next.
 */
import type { Argv } from 'yargs';
import { UsageError } from '../base/errors.js';
import { writeOut } from '../base/output.js';
import { writeWhole } from '../base/part-file.js';
import type { Conventions, Exercise, MessageFraming } from '../check/check.js';
import { EXERCISES, findExercise } from '../check/exercises/catalogue.js';
import { limited } from '../check/limits.js';
import { inferModel } from '../check/model.js';
import { gradescopeText } from '../check/report/gradescope.js';
import { jsonText } from '../check/report/json.js';
import { junitText } from '../check/report/junit.js';
import { pictureText } from '../check/report/picture.js';
import { isPassed, type Report } from '../check/report/report.js';
import { painter, resultText, summaryText } from '../check/report/text.js';
import { runChecks } from '../check/run-checks.js';
import { GivenServer, StartedServer, type ServerUnderTest } from '../check/server-under-test.js';
import { gradeClass } from './check-class.js';
import type { ArgumentsOf, Command } from './command.js';
import { runClient } from './job.js';
import { hostAndPort, text, wholeNumber, withoutSettings, type OptionSources } from './options.js';

const names = [...new Set(EXERCISES.map(({ name }) => name))];

/** Processor time of a command with limits: a check is over long before. */
const CPU_SECONDS = 60;
/** Address space: glibc reserves 64 MB for many a thread of a Python program. */
const CLASS_MEMORY_MB = 2048;

const options = {
  framing: {
    choices: ['chunk', 'line'] as const,
    describe:
      "what a message is: the bytes of one send, or a line (default: the exercise's, see docs/check.md)",
  },
  join: {
    ...text('join'),
    describe: "what a client sends to name itself, such as 'NICK {name}' (default: '{name}')",
  },
  start: {
    ...text('start'),
    describe: "what a client sends to start a game, such as 'PLAY {n}' (default: the exercise's)",
  },
  register: {
    ...text('register'),
    describe: "quiz, bonus 3: what registers a user (default: 'REGISTER {name} {password}')",
  },
  login: {
    ...text('login'),
    describe: "quiz, bonus 3: what a user logs in with (default: 'LOGIN {name} {password}')",
  },
  bonus: {
    type: 'string',
    requiresArg: true,
    coerce: bonuses,
    describe: 'quiz: bonus tasks to check, such as 1,2,3 (default: none)',
  },
  file: { ...text('file'), describe: 'web: a file that the server has (default: myData.txt)' },
  transport: {
    choices: ['tcp', 'udp'] as const,
    default: 'tcp',
    describe: 'the variant of the exercise',
  },
  json: { type: 'boolean', default: false, describe: 'print one JSON object instead of text' },
  junit: { ...text('junit'), describe: 'file for a report in the format of JUnit' },
  gradescope: { ...text('gradescope'), describe: "file for Gradescope's results.json" },
  points: {
    ...wholeNumber('points', 1, 1_000_000),
    default: 100,
    describe: 'points of the exercise, for --gradescope',
  },
  picture: { ...text('picture'), describe: 'SVG file for a picture of what the clients saw' },
  class: { ...text('class'), describe: 'folder with the submissions of a class: grade them all' },
  entry: {
    ...text('entry'),
    default: 'server.py',
    describe: '--class: the program of a submission that is a folder',
  },
  csv: { ...text('csv'), describe: '--class: file for a spreadsheet' },
  time: {
    ...wholeNumber('time', 1, 86_400),
    default: 180,
    describe: '--class: limit on the check of one submission in s',
  },
  memory: {
    ...wholeNumber('memory', 0, 1_048_576),
    describe:
      'limit on the address space of the command in MB; 0: none (default: 0; --class: 2048)',
  },
  strict: { type: 'boolean', default: false, describe: 'advice counts like what is required' },
} as const;

/** @throws UsageError unless it is a list of the numbers 1 to 3 */
function bonuses(value: unknown, place = '--bonus'): number[] {
  const list = String(value).split(',');
  if (list.every((one) => /^[123]$/.test(one))) return list.map(Number);
  throw new UsageError(`${place} takes a list of 1, 2 and 3, not ${JSON.stringify(value)}`);
}

function builder(command: Argv, sources: OptionSources) {
  return withoutSettings(command, sources, options)
    .parserConfiguration({ 'populate--': true, 'duplicate-arguments-array': false })
    .positional('exercise', { type: 'string', demandOption: true, choices: names })
    .positional('address', { type: 'string', describe: 'host:port of a server that runs' })
    .positional('command', {
      array: true,
      type: 'string',
      describe: 'behind --: the command of a server, with {port} for its port',
    })
    .options(options)
    .example('$0 check echo 127.0.0.1:9000', 'checks a server that runs')
    .example('$0 check echo --class handed-in/ -- python3 {file} {port}', 'grades a class')
    .example('$0 check chat -- python3 chat.py {port}', 'starts the server, on a free port');
}

type Arguments = ArgumentsOf<typeof builder>;

export const checkCommand: Command<Arguments> = {
  builder,
  example: 'check echo 127.0.0.1:9000',
  async handler(args) {
    const exercise = exerciseOf(args);
    if (args.class !== undefined) return checkClass(args, args.class);
    const command = commandOf(args);
    const conventions = conventionsOf(args, exercise);
    const { server, name } = serverOf(args, command, exercise.transport);
    const { stdout } = process;
    const paint = painter(stdout.isTTY && stdout.hasColors());
    const print = async (line: string) => {
      if (!args.json) await writeOut(line);
    };
    await runClient(async () => {
      await print(paint('bold', `${exercise.name} (${exercise.source}): ${name}\n`));
      try {
        // Written in order, while the checks go on.
        let printed = Promise.resolve();
        const results = await runChecks({
          checks: exercise.checks(conventions),
          isStrict: args.strict,
          conventions,
          server,
          isCommand: command.length > 0,
          onResult: (result) => {
            printed = printed.then(() => print(resultText(result, paint)));
          },
        });
        await printed;
        const model = await modelOf(server, exercise, conventions, results);
        const { name: exerciseName, source } = exercise;
        const report: Report = { exercise: exerciseName, source, server: name, results, model };
        await writeReports(report, args);
        await writeOut(args.json ? jsonText(report) : `\n${summaryText(report, paint)}`);
        if (!isPassed(report)) process.exitCode = 1;
      } finally {
        await server.stop();
      }
    });
  },
};

/** Writes the files that the user asked for. */
async function writeReports(report: Report, args: Arguments): Promise<void> {
  const { junit, gradescope, picture, points } = args;
  if (junit !== undefined) await writeWhole(junit, junitText(report));
  if (gradescope !== undefined) await writeWhole(gradescope, gradescopeText(report, points));
  if (picture !== undefined) await writeWhole(picture, pictureText(report));
}

/** @throws UsageError if there is an address, or no command with {file} and {port} */
async function checkClass(args: Arguments, folder: string): Promise<void> {
  const command = commandOf(args);
  if (args.address !== undefined || !command.some((word) => word.includes('{file}')))
    throw new UsageError('--class takes -- and a command with {file} and {port}');
  checkPort(command);
  const { memory = CLASS_MEMORY_MB, entry, csv, time, exercise } = args;
  const isRight = await gradeClass({
    folder,
    entry,
    csv,
    exercise,
    command,
    options: [...optionsOf(args), `--memory=${memory}`],
    limitMs: time * 1000,
  });
  if (!isRight) process.exitCode = 1;
}

/** The options that describe the exercise, for the check of one submission. */
function optionsOf(args: Arguments): string[] {
  const { framing, join, start, register, login, bonus, file, transport, strict } = args;
  const given = { framing, join, start, register, login, bonus: bonus?.join(','), file, transport };
  const words = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}=${value}`],
  );
  return strict ? [...words, '--strict'] : words;
}

/**
 * What stands behind `--`, as yargs keeps it.
 * @throws UsageError if a part of it stands before
 */
function commandOf(args: Readonly<Record<string, unknown>>): string[] {
  const [early] = Array.isArray(args['command']) ? args['command'].map(String) : [];
  if (early !== undefined)
    throw new UsageError(
      `${JSON.stringify(early)} is one argument too many: a command stands behind --`,
    );
  const words = args['--'];
  return Array.isArray(words) ? words.map(String) : [];
}

/** @throws UsageError if there is no such variant */
function exerciseOf({ exercise: name, transport }: Arguments): Exercise {
  const exercise = findExercise(name, transport === 'udp' ? 'udp' : 'tcp');
  if (exercise !== undefined) return exercise;
  throw new UsageError(`${name} has no variant for --transport ${transport}`);
}

function conventionsOf(args: Arguments, { conventions }: Exercise): Conventions {
  const framing: MessageFraming | undefined = args.framing;
  return {
    framing: framing ?? conventions.framing,
    join: args.join ?? conventions.join,
    start: args.start ?? conventions.start,
    register: args.register ?? conventions.register,
    login: args.login ?? conventions.login,
    bonuses: args.bonus ?? conventions.bonuses,
    file: args.file ?? conventions.file,
  };
}

/** @throws UsageError unless there is exactly one of address and command */
function serverOf(
  { address, memory }: Arguments,
  command: readonly string[],
  transport: 'tcp' | 'udp',
): { readonly server: ServerUnderTest; readonly name: string } {
  if ((address === undefined) === (command.length === 0))
    throw new UsageError('check takes either host:port, or -- and a command with {port}');
  if (address !== undefined)
    return {
      server: new GivenServer(hostAndPort('address').coerce(address, 'check')),
      name: address,
    };
  checkPort(command);
  const words =
    memory === undefined || memory === 0
      ? command
      : limited(command, { memoryMb: memory, cpuSeconds: CPU_SECONDS });
  const server = new StartedServer({ command: words, host: '127.0.0.1', transport });
  return { server, name: command.join(' ') };
}

function checkPort(command: readonly string[]): void {
  if (!command.some((word) => word.includes('{port}')))
    throw new UsageError('the command must have {port} where the server gets its port');
}

/** Only of a server that works at all. */
async function modelOf(
  server: ServerUnderTest,
  { isServed }: Exercise,
  conventions: Conventions,
  results: Report['results'],
): Promise<Report['model']> {
  if (isServed === undefined || results.every(({ status }) => status !== 'passed'))
    return undefined;
  return inferModel(server, conventions, isServed);
}
