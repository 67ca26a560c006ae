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
  { clientLog, service, model, counters }: Pick<Host, 'clientLog' | 'service' | 'model' | 'counters'>,
  closed: ClosedConnection,
): void {
  counters.noteClosed(closed.reason, closed.startedAtMs > 0);
  if (!clientLog.isLevelEnabled('info')) return;
  const { acceptedAtMs, startedAtMs, ...fields } = closed;
  const endedAtMs = monotonicMs();
  const startMs = startedAtMs || endedAtMs;
  clientLog.info(
    {
      ...fields,
      service: service.name,
      model,
      waitedMs: toMicroseconds(startMs - acceptedAtMs),
      servedMs: toMicroseconds(endedAtMs - startMs),
    },
    'closed',
  );
}
