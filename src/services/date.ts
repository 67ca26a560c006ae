/** A message is a strftime format; the answer is the present time so formatted. */
import strftime from 'strftime';
import { asBuffer, forEachText, reply } from '../connection/text.js';
import { microsecondsOf, type Instant, now } from './clock.js';
import type { DatagramService, Service } from './service.js';

export const service: Service = {
  serve: (connection) => forEachText(connection, (format) => reply(connection, formatTime(format, now()))),
};

export const datagram: DatagramService = {
  answer: (format) => ({ reply: formatTime(asBuffer(format).toString(), now()) }),
};

const DAY_MS = 86_400_000;

/**
 * Where Python's strftime (C locale) differs from the library's, which lacks some directives, writes `%c` and `%X`
 * as Americans do, and is a day off in `%j` for an hour of a summer's day.
 */
const own: Readonly<Record<string, (instant: Instant) => string>> = {
  f: microsecondsOf,
  j: ({ date }) => String(dayOfYear(date)).padStart(3, '0'),
  G: ({ date }) => String(isoThursday(date).getFullYear()),
  V: ({ date }) => String(Math.ceil(dayOfYear(isoThursday(date)) / 7)).padStart(2, '0'),
  g: ({ date }) => String(isoThursday(date).getFullYear() % 100).padStart(2, '0'),
  Z: ({ date }) => zoneOf(date),
  c: ({ date }) => strftime('%a %b %e %H:%M:%S %Y', date),
  X: ({ date }) => strftime('%H:%M:%S', date),
};

/** What glibc has. The library has more, which Python's clients would see as they are typed. */
const KNOWN = new Set('aAbBcCdDeFfgGhHIjklmMnpPrRsStTuUVwWxXyYzZ%');
const NUMBERS = new Set('CdegGHIjklmMsSuUVwWyY');
const PADDED_BY_SPACES = new Set('ekl');
/** `%Ey`, `%Od`: other calendars and digits, of which the C locale has none. */
const ALTERNATIVES: Readonly<Record<string, string>> = { E: 'cCxXyY', O: 'bBdeHImMSuUVwWy' };
/** What `#`, the other case, makes of letters. */
const SWAPPED_TO_UPPER = new Set('aAbBh');
const SWAPPED_TO_LOWER = new Set('pZ');

/** Flags, a width of at most two digits (nobody shall have megabytes for some bytes), E or O, the directive. */
const DIRECTIVE = /%([-_0^#]*)(\d{0,2})([EO]?)(.)/gsu;

/** strftime as Python has it on Linux. What it does not know stays as it is. */
export function formatTime(format: string, instant: Instant): string {
  // A zone's name takes long to find out, and a client may ask for it thousands of times in one message.
  const known = new Map<string, string>();
  const textOf = (directive: string): string => {
    const text = known.get(directive) ?? own[directive]?.(instant) ?? strftime(`%${directive}`, instant.date);
    known.set(directive, text);
    return text;
  };
  return format.replace(
    DIRECTIVE,
    (typed: string, flags: string, width: string, alternative: string, directive: string) => {
      if (!KNOWN.has(directive)) return typed;
      if (alternative !== '' && !ALTERNATIVES[alternative]?.includes(directive)) return typed;
      return shaped(textOf(directive), directive, flags, Number(width));
    },
  );
}

/** With the case, the padding and the width that were asked for. */
function shaped(text: string, directive: string, flags: string, width: number): string {
  const padding = /[-_0](?=[\^#]*$)/.exec(flags)?.[0];
  if (NUMBERS.has(directive)) {
    const byZeros = padding === '0' || (padding === undefined && !PADDED_BY_SPACES.has(directive));
    const least = padding === '-' ? 0 : text.length;
    return text.replace(/^[ 0]+(?=\d)/, '').padStart(Math.max(width, least), byZeros ? '0' : ' ');
  }
  return inCase(text, directive, flags).padStart(width, padding === '0' ? '0' : ' ');
}

function inCase(text: string, directive: string, flags: string): string {
  const swaps = flags.includes('#');
  if (swaps && SWAPPED_TO_LOWER.has(directive)) return text.toLowerCase();
  return flags.includes('^') || (swaps && SWAPPED_TO_UPPER.has(directive)) ? text.toUpperCase() : text;
}

/** Which English knows the abbreviation of a zone depends on where it is spoken. */
const ENGLISH = ['en-US', 'en-GB', 'en-AU'];

/** Its abbreviation, such as `UTC`, `CET`; `+03` for zones that have none in English. */
function zoneOf(date: Date): string {
  for (const locale of ENGLISH) {
    const parts = new Intl.DateTimeFormat(locale, { timeZoneName: 'short' }).formatToParts(date);
    const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
    if (/^[A-Z]+$/.test(name)) return name;
  }
  return strftime('%z', date).replace(/00$/, '');
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
