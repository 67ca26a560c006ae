/**
 * The log: pino JSON lines, one an event, field names as the README lists them.
 *
 * Every thread opens its own destination, synchronous and appending: an asynchronous one loses lines when a thread
 * ends (measured: 4 of 8,000 survived), and one shared over messages would tear or delay them. pino is loaded
 * on first use, since a client thread that logs nothing should not pay for it.
 */
import { createRequire } from 'node:module';
import type { Logger } from 'pino';

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

const require = createRequire(import.meta.url);

/** @param base fields of every line beside `level`, `time` and `pid` */
export function openLog(settings: LogSettings, base: object): Logger {
  const { pino } = require('pino') as typeof import('pino');
  return pino(
    {
      level: settings.level,
      base: { pid: process.pid, ...base },
      formatters: { level: (level) => ({ level }) },
    },
    pino.destination({ dest: settings.file ?? 1, sync: true, append: true }),
  );
}

/** The same, opened by the first line that is to be written. For client threads. */
export function openLogLazily(settings: LogSettings, base: object) {
  let opened: Logger | undefined;
  const log = () => (opened ??= openLog(settings, base));
  const enabled = (level: LogLevel) => LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(settings.level);
  const write = (level: 'error' | 'info' | 'debug') => (fields: object, message: string) => {
    if (enabled(level)) log()[level](fields, message);
  };
  return { error: write('error'), info: write('info'), debug: write('debug') };
}
