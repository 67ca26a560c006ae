/**
 * What a server does about a client that does not end its line: most such clients are programs that
 * send their messages without a newline, and would wait for an answer for ever. Used on every
 * thread; lines.ts uses it.
 */
import type { Connection } from './connection.js';
import { LineLimit } from '../log/line-limit.js';

/** Time from a line's first byte to the hint. A person's terminal sends whole lines. */
export const HINT_AFTER_MS = 2000;

export const HINT =
  '(waiting for the end of your line: press Enter, or end messages with a newline)\n';

/** Of all connections that this thread serves. */
const limit = new LineLimit();

export function logUnfinishedLine({ id, log }: Connection): void {
  limit.line('line unfinished', (repeated) =>
    log?.info(
      {
        connection: id,
        remedy: 'serve --framing auto accepts messages without a newline',
        ...repeated,
      },
      'line unfinished',
    ),
  );
}
