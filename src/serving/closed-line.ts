/**
 * The end of a connection: counts it and writes its `closed` line. Main thread, whichever thread
 * served the client.
 */
import type { Host } from './host.js';
import { monotonicMs, toMicroseconds } from '../base/clock.js';
import type { EndReason } from '../connection/end-reason.js';

interface ClosedConnection {
  readonly connection: number;
  /** Undefined for a client that no thread served. */
  readonly thread: number | undefined;
  readonly peer: string;
  readonly reason: EndReason | 'thread lost' | 'refused';
  readonly acceptedAtMs: number;
  /** When its handler began, by the monotonic clock; 0 if none did. */
  readonly startedAtMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export function closedLine(
  { closedLog, counters }: Pick<Host, 'closedLog' | 'counters'>,
  closed: ClosedConnection,
): void {
  counters.noteClosed(closed.reason, closed.startedAtMs > 0);
  if (!closedLog.isLevelEnabled('info')) return;
  const { connection, thread, peer, reason, acceptedAtMs, startedAtMs, bytesIn, bytesOut } = closed;
  const endedAtMs = monotonicMs();
  const startMs = startedAtMs || endedAtMs;
  closedLog.info(
    {
      connection,
      thread,
      peer,
      reason,
      bytesIn,
      bytesOut,
      waitedMs: toMicroseconds(startMs - acceptedAtMs),
      servedMs: toMicroseconds(endedAtMs - startMs),
    },
    'closed',
  );
}
