/** A message is a strftime format; the answer is the present time so formatted. */
import strftime from 'strftime';
import { forEachText, reply } from '../connection/text.js';
import { microsecondsOf, type Instant, now } from './clock.js';
import type { Service } from './service.js';

export const service: Service = {
  serve: (connection) => forEachText(connection, (format) => reply(connection, formatTime(format, now()))),
};

/** strftime as Python has it: the library's directives, and `%f` for microseconds. */
export function formatTime(format: string, instant: Instant): string {
  const withMicroseconds = format.replace(/%(.)/gs, (directive, letter) =>
    letter === 'f' ? microsecondsOf(instant) : directive,
  );
  return strftime(withMicroseconds, instant.date);
}
