/** Answers each message, a strftime format, with the present time in that format. */
import strftime from 'strftime';
import { asBuffer, forEachText, reply } from '../connection/text.js';
import { microsecondsOf, type Instant, now } from './clock.js';
import type { DatagramService, Service } from './service.js';

export const service: Service = {
  serve: (connection) =>
    forEachText(connection, (format) => reply(connection, formatTime(format, now()))),
};

export const datagram: DatagramService = {
  answer: (format) => ({ reply: formatTime(asBuffer(format).toString(), now()) }),
};

const DAY_MS = 86_400_000;

/**
 * Directives that differ from Python's strftime (C locale) in the library. It lacks some, writes
 * `%c` and `%X` in the American way, and its `%j` is a day off for an hour of summer days.
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

/** The directives of glibc. The library has more, but Python's clients expect those unchanged. */
const KNOWN = new Set('aAbBcCdDeFfgGhHIjklmMnpPrRsStTuUVwWxXyYzZ%');
const NUMBERS = new Set('CdegGHIjklmMsSuUVwWyY');
const PADDED_BY_SPACES = new Set('ekl');
/** `%Ey`, `%Od` ask for other calendars and digits, which the C locale does not have. */
const ALTERNATIVES: Readonly<Record<string, string>> = { E: 'cCxXyY', O: 'bBdeHImMSuUVwWy' };
/** The directives whose case the flag `#` changes. */
const SWAPPED_TO_UPPER = new Set('aAbBh');
const SWAPPED_TO_LOWER = new Set('pZ');

/**
 * Flags, width, E or O, directive. The width has two digits at most, so that some bytes cannot ask
 * for megabytes.
 */
const DIRECTIVE = /%([-_0^#]*)(\d{0,2})([EO]?)(.)/gsu;

/** Formats like Python's strftime on Linux. Unknown directives stay unchanged. */
export function formatTime(format: string, instant: Instant): string {
  // The name of a zone is slow to look up, and one message may ask for it thousands of times.
  const known = new Map<string, string>();
  const textOf = (directive: string): string => {
    const text =
      known.get(directive) ?? own[directive]?.(instant) ?? strftime(`%${directive}`, instant.date);
    known.set(directive, text);
    return text;
  };
  const written = new Map<string, string>();
  return format.replace(
    DIRECTIVE,
    (typed: string, flags: string, width: string, alternative: string, directive: string) => {
      if (!KNOWN.has(directive)) return typed;
      if (alternative !== '' && !ALTERNATIVES[alternative]?.includes(directive)) return typed;
      const before = written.get(typed);
      if (before !== undefined) return before;
      const text = shaped(textOf(directive), directive, flags, Number(width));
      written.set(typed, text);
      return text;
    },
  );
}

/** Applies case, padding and width to a directive's text. */
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
  return flags.includes('^') || (swaps && SWAPPED_TO_UPPER.has(directive))
    ? text.toUpperCase()
    : text;
}

/** Which English locale knows the abbreviation of a zone depends on the zone. */
const ENGLISH = ['en-US', 'en-GB', 'en-AU'];

/** The abbreviation of the time zone, such as `UTC` or `CET`; `+03` for a zone without one. */
function zoneOf(date: Date): string {
  for (const locale of ENGLISH) {
    const parts = new Intl.DateTimeFormat(locale, { timeZoneName: 'short' }).formatToParts(date);
    const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
    if (/^[A-Z]+$/.test(name)) return name;
  }
  return strftime('%z', date).replace(/00$/, '');
}

/** The day of the local year, from 1. */
function dayOfYear(date: Date): number {
  const year = date.getFullYear();
  return (Date.UTC(year, date.getMonth(), date.getDate()) - Date.UTC(year, 0, 0)) / DAY_MS;
}

/** The Thursday of a date's week, which begins on Monday. Its year is the year of the ISO week. */
function isoThursday(date: Date): Date {
  const daysSinceMonday = (date.getDay() + 6) % 7;
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - daysSinceMonday + 3);
}
