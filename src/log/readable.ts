/**
 * Turns lines of the log into lines for people, for standard output that is a terminal: time, level,
 * message and the fields that matter most. Any thread: each formats its own lines before it writes
 * them, so that what holds for JSON lines holds for these.
 *
 *     23:12:01.123 INFO: accepted #12 peer=127.0.0.1:40112
 *     23:12:04.345 INFO: closed #12 end thread=1 in=4 out=60 waited=0.4ms served=3210ms
 */
import { createRequire } from 'node:module';
import type { DestinationStream } from 'pino';
import type { PrettyOptions } from 'pino-pretty';
import { printable, printableLines } from '../base/printable.js';

export type ReadableStyle = 'plain' | 'coloured';

type Fields = Readonly<Record<string, unknown>>;

/** The fields that are shown of lines that have too many for a row; of other lines, all are. */
const SHOWN = new Map<unknown, readonly string[]>([
  ['listening', ['tls', 'admin', 'metrics']],
  ['accepted', ['peer']],
  ['closed', ['thread', 'bytesIn', 'bytesOut', 'waitedMs', 'servedMs']],
  ['thread started', ['thread', 'threads']],
]);
/** Shown elsewhere in the row, or the same in every row. */
const NEVER_SHOWN = new Set(['level', 'time', 'pid', 'msg', 'connection', 'err']);
const SHORT_NAMES = new Map([
  ['bytesIn', 'in'],
  ['bytesOut', 'out'],
]);
const INDENT = '    ';

const require = createRequire(import.meta.url);

/** The destination of a logger: formats each line and passes it on. */
export function readable(destination: DestinationStream, style: ReadableStyle): DestinationStream {
  const format = formatter(style);
  return {
    write(line) {
      destination.write(format(line));
    },
  };
}

function formatter(style: ReadableStyle): (line: string) => string {
  const { prettyFactory } = require('pino-pretty') as typeof import('pino-pretty');
  const options: PrettyOptions = {
    colorize: style === 'coloured',
    hideObject: true,
    // pino-pretty would put them before the message.
    ignore: 'pid,hostname,name',
    translateTime: 'SYS:HH:MM:ss.l',
    customPrettifiers: { time: String },
    messageFormat: (line, _key, _label, { colors }) => {
      const [message, ...rest] = partsOf(line);
      return `${message}${colors.reset(rest.join(''))}`;
    },
  };
  return prettyFactory(options);
}

/** The message, then what follows it in the row and below. None of it can steer a terminal. */
function partsOf(line: Fields): string[] {
  const { msg, connection, err } = line;
  return [
    printable(String(msg)),
    typeof connection === 'number' ? ` #${connection}` : '',
    ...bareWords(line).map((word) => ` ${printable(String(word))}`),
    ...shownFields(line).map(([name, value]) => ` ${fieldText(name, value)}`),
    err === undefined ? '' : errorText(err),
  ];
}

/** What needs no name in front of it. */
function bareWords({
  msg,
  path,
  address,
  port,
  service,
  model,
  transport,
  reason,
}: Fields): unknown[] {
  if (msg === 'closed') return [reason];
  if (msg !== 'listening') return [];
  const host = String(address);
  const endpoint = `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
  return ['on', path ?? endpoint, service, model, transport].filter((word) => word !== undefined);
}

function shownFields(line: Fields): [string, unknown][] {
  const names = SHOWN.get(line['msg']) ?? Object.keys(line).filter((key) => !NEVER_SHOWN.has(key));
  return names.filter((name) => line[name] !== undefined).map((name) => [name, line[name]]);
}

/** `waitedMs` 0.4 is `waited=0.4ms`, `bytesIn` 4 is `in=4`; a text with blanks is in quotes. */
function fieldText(name: string, value: unknown): string {
  if (typeof value === 'number' && name.endsWith('Ms'))
    return `${printable(name.slice(0, -2))}=${value < 10 ? Number(value.toFixed(1)) : Math.round(value)}ms`;
  const text = typeof value === 'string' && !/[\s"]/.test(value) ? value : JSON.stringify(value);
  return `${SHORT_NAMES.get(name) ?? printable(name)}=${printable(text)}`;
}

/** The stack, indented so that no line of it passes for a line of the log. */
function errorText(err: unknown): string {
  const { type, message, stack } = err as Fields;
  const text = typeof stack === 'string' ? stack : `${String(type)}: ${String(message)}`;
  return printableLines(text)
    .split('\n')
    .map((row) => `\n${INDENT}${row}`)
    .join('');
}
