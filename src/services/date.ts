/** A message is a strftime format; the answer is the present time so formatted. */
import strftime from 'strftime';
import { asBuffer, forEachText, reply } from '../connection/text.js';
import type { DatagramService } from '../datagrams/datagram.js';
import { microsecondsOf, type Instant, now } from './clock.js';
import type { Service } from './service.js';

export const service: Service = {
  serve: (connection) => forEachText(connection, (format) => reply(connection, formatTime(format, now()))),
};

export const datagram: DatagramService = {
  answer: (format) => ({ reply: formatTime(asBuffer(format).toString(), now()) }),
};

const DAY_MS = 86_400_000;

/**
 * Where Python's strftime (C locale) differs from the library's, which lacks some directives and has some of its own, writes `%c` and `%X`
 * as Americans do, is a day off in `%j` for an hour of a summer's day, and drops a `%` at the end.
 */
const directives: Readonly<Record<string, (instant: Instant) => string>> = {
  '%f': microsecondsOf,
  '%j': ({ date }) => String(dayOfYear(date)).padStart(3, '0'),
  '%G': ({ date }) => String(isoThursday(date).getFullYear()),
  '%V': ({ date }) => String(Math.ceil(dayOfYear(isoThursday(date)) / 7)).padStart(2, '0'),
  '%g': ({ date }) => String(isoThursday(date).getFullYear() % 100).padStart(2, '0'),
  '%Z': ({ date }) => zoneOf(date),
  '%L': () => '%%L',
  '%v': () => '%%v',
  '%c': () => '%a %b %e %H:%M:%S %Y',
  '%X': () => '%H:%M:%S',
  '%:': () => '%%:',
  '%': () => '%%',
};

/** strftime as Python has it. */
export function formatTime(format: string, instant: Instant): string {
  const prepared = format.replace(/%.?/gsu, (directive) => directives[directive]?.(instant) ?? directive);
  return strftime(prepared, instant.date);
}

/** Its abbreviation, such as `UTC`; `GMT+1` for zones that have none in English. */
function zoneOf(date: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(date);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/** From 1, by the local calendar. */
function dayOfYear(date: Date): number {
  const year = date.getFullYear();
  return (Date.UTC(year, date.getMonth(), date.getDate()) - Date.UTC(year, 0, 0)) / DAY_MS;
}

/** The Thursday of a date's week, which begins on Monday: its year is the ISO week's. */
function isoThursday(date: Date): Date {
  const daysSinceMonday = (date.getDay() + 6) % 7;
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - daysSinceMonday + 3);
}
