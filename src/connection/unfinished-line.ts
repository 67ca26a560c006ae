/**
 * What a server does about a client that does not end its line: most such clients are programs that
 * send their messages without a newline, and would wait for an answer for ever. Used on every
 * thread; lines.ts uses it.
 */
import type { Connection } from './connection.js';
import { LineLimit } from '../log/line-limit.js';
import type { ServiceLog } from '../log/log.js';

/** Time from a line's first byte to the hint. A person's terminal sends whole lines. */
export const HINT_AFTER_MS = 2000;

export const HINT =
  '(waiting for the end of your line: press Enter, or end messages with a newline)\n';

/** At most one line a second in each log. */
const limits = new WeakMap<ServiceLog, LineLimit>();

export function logUnfinishedLine({ id, log }: Connection): void {
  if (!log) return;
  const limit = limits.get(log) ?? new LineLimit();
  limits.set(log, limit);
  limit.line('line unfinished', (repeated) =>
    log.info(
      {
        connection: id,
        remedy: 'serve --framing auto accepts messages without a newline',
        ...repeated,
      },
      'line unfinished',
    ),
  );
}
