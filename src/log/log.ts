/**
 * The log: pino JSON lines, one an event, field names as the README lists them.
 *
 * Every thread opens its own destination, synchronous and appending: an asynchronous one loses lines when a thread
 * ends (measured: 4 of 8,000 survived), and one shared over messages would tear or delay them. pino is loaded
 * on first use, since a client thread that logs nothing should not pay for it.
 */
import { createRequire } from 'node:module';
import type { Logger } from 'pino';
import { StartError } from '../base/errors.js';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Plain values: they are copied to every client thread. */
export interface LogSettings {
  readonly level: LogLevel;
  /** Absolute path; undefined: standard output. */
  readonly file: string | undefined;
  /** Whether each connection has its lines: accepted, queued, refused, closed. */
  readonly connections: boolean;
}

/** The part of a pino logger that a service may use. */
export interface ServiceLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

const require = createRequire(import.meta.url);

const STANDARD_OUTPUT = 1;
/** As much as a pipe takes in one piece: longer lines of threads that write at once would run into each other. */
const MAX_LINE_BYTES = 4096;
const LONGEST_TEXT = 1024;
/** What is kept, for each thread, of a log that cannot be written at the moment; lines beyond that are lost. */
const MAX_KEPT_BYTES = 1024 * 1024;
const MAX_ENTRIES = 64;

/**
 * @param base fields of every line beside `level`, `time` and `pid`
 * @param onFailure told whenever lines cannot be written: nobody who logs is to fail by that
 * @throws StartError when the file cannot be opened
 */
export function openLog(
  settings: LogSettings,
  base: object,
  onFailure: (error: Error) => void = () => undefined,
): Logger {
  const { pino } = require('pino') as typeof import('pino');
  return pino(
    {
      level: settings.level,
      base: { pid: process.pid, ...base },
      formatters: { level: (level) => ({ level }) },
      hooks: { streamWrite: (line) => (line.length * 3 < MAX_LINE_BYTES ? line : fitting(line)) },
    },
    openDestination(pino, settings.file).on('error', onFailure),
  );
}

function openDestination({ destination }: typeof import('pino'), file: string | undefined) {
  try {
    const dest = file ?? STANDARD_OUTPUT;
    return destination({ dest, sync: true, append: true, maxLength: MAX_KEPT_BYTES });
  } catch (error) {
    throw unwritable(error as Error);
  }
}

function unwritable(error: Error): StartError {
  return new StartError(`cannot write the log: ${error.message}`, { cause: error });
}

/**
 * What comes of a log that cannot be written, as on a full disk. A server that cannot even say that it listens does not
 * start; one that serves goes on, says so once on standard error, and writes what it has kept when there is room again.
 * (A pipe that nobody reads any more is no failure: pino is silent from then on.) Main thread.
 */
export class LogFailures {
  #first: Error | undefined;
  #serves = false;

  readonly onError = (error: NodeJS.ErrnoException): void => {
    if (this.#first || error.code === 'EPIPE') return;
    this.#first = error;
    if (this.#serves) console.error(`handoff: ${unwritable(error).message}; serving goes on`);
  };

  /**
   * To be called when the first line has been logged.
   * @throws StartError when it has not been written
   */
  checkFirstLine(): void {
    if (this.#first) throw unwritable(this.#first);
    this.#serves = true;
  }
}

/** The line itself, or, if it is too long, the same with its texts and lists cut. It keeps its shape as JSON. */
function fitting(line: string): string {
  let fit = line;
  for (let most = LONGEST_TEXT; Buffer.byteLength(fit) > MAX_LINE_BYTES && most > 0; most >>= 1) {
    const entries = Math.min(most, MAX_ENTRIES);
    fit = `${JSON.stringify(JSON.parse(line), (_name, value: unknown) => cut(value, most, entries))}\n`;
  }
  return fit;
}

function cut(value: unknown, mostCharacters: number, mostEntries: number): unknown {
  if (typeof value === 'string' && value.length > mostCharacters) return `${value.slice(0, mostCharacters)}…`;
  if (Array.isArray(value) && value.length > mostEntries)
    return [...(value as unknown[]).slice(0, mostEntries), '…'];
  return value;
}

/** The same, opened by the first line that is to be written. For client threads: that it fails is main's to say. */
export function openLogLazily(settings: LogSettings, base: object) {
  let opened: Logger | undefined;
  const log = () => (opened ??= openLog(settings, base));
  const enabled = (level: LogLevel) => LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(settings.level);
  const write = (level: 'error' | 'info' | 'debug') => (fields: object, message: string) => {
    if (enabled(level)) log()[level](fields, message);
  };
  return { error: write('error'), info: write('info'), debug: write('debug') };
}
