/**
 * The log: one pino JSON line an event. docs/logs.md lists the fields; readable.ts writes it for a
 * terminal.
 *
 * Every thread opens its own destination, synchronous and appending. An asynchronous one loses
 * lines when a thread ends (4 of 8,000 survived); one shared through messages would tear or delay
 * them. pino is loaded on first use, so that client threads that log nothing do not pay for it.
 */
import { createRequire } from 'node:module';
import type { DestinationStream, Logger } from 'pino';
import { StartError } from '../base/errors.js';
import { fileReason } from '../base/file-reason.js';
import { descriptorStatsOf, statsOf } from '../base/stats.js';
import { cutText, describeThrown } from '../base/thrown.js';
import { Destination } from './destination.js';
import type { FullPolicy } from './open-output.js';
import { readable, type ReadableStyle } from './readable.js';
import { safeLine } from './safe-line.js';
import { LogShare, ownShare } from './share.js';
import { TurnWriter, writeGatheredLines } from './turn-writer.js';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Plain values: the server copies them to every client thread. */
export interface LogSettings {
  readonly level: LogLevel;
  /** Absolute path of the log file; undefined: standard output. */
  readonly file: string | undefined;
  /** Whether each connection has its lines: accepted, queued, refused, closed. */
  readonly connections: boolean;
  /** What becomes of lines that a stalled reader of a pipe does not take; undefined: `block`. */
  readonly full?: FullPolicy;
  /** For a terminal: lines for people instead of JSON. */
  readonly readable?: ReadableStyle | undefined;
}

/** With what the destinations of all threads share. */
export interface SharedLogSettings extends LogSettings {
  readonly share: SharedArrayBuffer;
}

/** The part of a pino logger that a service may use. */
export interface ServiceLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

const require = createRequire(import.meta.url);

const STANDARD_OUTPUT = 1;
/** How often main looks whether lost lines can be reported. */
const REPORT_EVERY_MS = 1000;

/** Settings for client threads. Main thread. */
export function sharedLogSettings(settings: LogSettings): SharedLogSettings {
  return { ...settings, share: ownShare.buffer };
}

/** How many lines all threads have lost since the start. Main thread. */
export function lostLines(): number {
  return ownShare.lost;
}

/** Lets every thread reopen `--log-file` before its next line, as after a rotation. Main thread. */
export function reopenLogs(): void {
  // What was logged before belongs to the old file.
  writeGatheredLines();
  ownShare.raiseGeneration();
}

/**
 * The log of the main thread, whose lines are written once a turn of its loop.
 * @param base fields of every line beside `level`, `time` and `pid`
 * @param onFailure called whenever lines cannot be written; logging itself never fails
 * @throws StartError when the file cannot be opened
 */
export function openLog(
  settings: LogSettings,
  base: object,
  onFailure: (error: Error) => void,
): Logger {
  const destination = openDestination(settings, ownShare, onFailure);
  const isFile = isPlainFile(settings.file);
  const log = loggerTo(new TurnWriter(destination, isFile), settings, base);
  let reported = ownShare.lost;
  setInterval(() => {
    const { lost } = ownShare;
    if (lost === reported) return;
    writeGatheredLines();
    const isWritten = destination.probe(() => {
      log.warn({ lines: lost - reported }, 'log lines lost');
      writeGatheredLines();
    });
    if (isWritten) reported = lost;
  }, REPORT_EVERY_MS).unref();
  return log;
}

function isPlainFile(file: string | undefined): boolean {
  const stats = file === undefined ? descriptorStatsOf(STANDARD_OUTPUT) : statsOf(file);
  return stats?.isFile() ?? false;
}

function loggerTo(destination: DestinationStream, settings: LogSettings, base: object): Logger {
  const style = settings.readable;
  const { pino, stdSerializers } = require('pino') as typeof import('pino');
  return pino(
    {
      level: settings.level,
      base: { pid: process.pid, ...base },
      formatters: { level: (level) => ({ level }) },
      serializers: { err: (thrown: unknown) => serializeThrown(thrown, stdSerializers.err) },
      hooks: { streamWrite: safeLine },
    },
    style === undefined ? destination : readable(destination, style),
  );
}

function openDestination(
  settings: LogSettings,
  share: LogShare,
  onFailure: (error: Error) => void,
): Destination {
  try {
    return new Destination(settings.file, settings.full ?? 'block', share, onFailure);
  } catch (error) {
    const { file } = settings;
    if (file === undefined) throw unwritable(error as Error);
    const reason = fileReason(error, 'directory');
    throw new StartError(`cannot write the log ${file}: ${reason}`, { cause: error });
  }
}

function unwritable(error: Error): StartError {
  return new StartError(`cannot write the log: ${error.message}`, { cause: error });
}

/**
 * Decides what a log that cannot be written, as on a full disk, means. Runs on the main thread.
 *
 * - A server whose `listening` line cannot be written does not start.
 * - A running server continues, says so once on standard error, and writes the kept lines later.
 *
 * A reader that closes the pipe is no failure: all further lines are then lost.
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
   * Checks that the first line could be written. Called directly after logging it.
   * @throws StartError when the line was not written
   */
  checkFirstLine(): void {
    writeGatheredLines();
    if (this.#first) throw unwritable(this.#first);
    this.#serves = true;
  }
}

/**
 * The `err` of a line. pino's own function reads an error as it is, and so throws what its getters
 * throw.
 */
function serializeThrown(thrown: unknown, serialize: (error: Error) => object): object {
  try {
    if (thrown instanceof Error && typeof thrown.message === 'string') {
      const text = JSON.stringify(serialize(thrown), (_name, value: unknown) =>
        typeof value === 'string' ? cutText(value) : value,
      );
      const serialized = JSON.parse(text) as object;
      return repeatsItsCause(thrown)
        ? { ...serialized, message: cutText(thrown.message) }
        : serialized;
    }
  } catch {
    // A getter threw, or the error is circular.
  }
  return describeThrown(thrown);
}

/** The serializer appends the causes' messages to an error's; a message may have its cause's already. */
function repeatsItsCause({ message, cause }: Error): boolean {
  return cause instanceof Error && message.includes(cause.message);
}

/**
 * The log of a client thread: writes each line at once, and opens its destination for the first
 * one. That a destination fails, the main thread reports; lines that cannot be written are counted.
 */
export function openThreadLog(settings: SharedLogSettings, base: object) {
  const share = new LogShare(settings.share);
  let opened: Logger | undefined;
  const open = () =>
    loggerTo(
      openDestination(settings, share, () => undefined),
      settings,
      base,
    );
  const enabled = (level: LogLevel) =>
    LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(settings.level);
  const write = (level: 'error' | 'info' | 'debug') => (fields: object, message: string) => {
    if (!enabled(level)) return;
    try {
      opened ??= open();
    } catch {
      share.lose(1);
      return;
    }
    opened[level](fields, message);
  };
  return { error: write('error'), info: write('info'), debug: write('debug') };
}
