/**
 * The end of a connection: counts it and writes its `closed` line, which says where its time went.
 * Main thread, whichever thread served the client. docs/logs.md has a picture of the fields.
 */
import type { Accepted, Host } from './host.js';
import { monotonicMs, toMicroseconds } from '../base/clock.js';
import type { EndReason } from '../connection/end-reason.js';

interface ClosedConnection {
  readonly accepted: Pick<Accepted, 'id' | 'acceptedAtMs' | 'backlogMs'>;
  /** Undefined for a client that no thread served. */
  readonly thread: number | undefined;
  readonly peer: string;
  readonly reason: EndReason | 'thread lost' | 'refused' | 'left';
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Undefined for a client that no model took. */
  readonly times?: ServedTimes;
}

/** Where the time of a client went that a model took. */
export interface ServedTimes {
  /** When the model took the client, by the monotonic clock. */
  readonly takenAtMs: number;
  /** When its handler began; 0 if it has not. */
  readonly startedAtMs: number;
  /** When its handler ended; undefined: just now. */
  readonly endedAtMs?: number | undefined;
  /** How long its handler used a core; on main, how long it held the loop. */
  readonly computedMs: number;
  /** How long its bytes or its calls waited for main's loop. */
  readonly loopWaitMs: number;
  /** How long its thread was ready to run and had no core; undefined on main. */
  readonly coreWaitMs: number | undefined;
}

export function closedLine(
  { closedLog, counters }: Pick<Host, 'closedLog' | 'counters'>,
  closed: ClosedConnection,
): void {
  const { accepted, thread, peer, reason, bytesIn, bytesOut, times } = closed;
  counters.noteClosed(reason, times !== undefined && times.startedAtMs > 0, bytesIn, bytesOut);
  if (!closedLog.isLevelEnabled('info')) return;
  const { id: connection, acceptedAtMs, backlogMs } = accepted;
  // A refused client waits for nothing: the server waits for it to read the reason.
  const endedAtMs = reason === 'refused' ? acceptedAtMs : (times?.endedAtMs ?? monotonicMs());
  const takenAtMs = times?.takenAtMs ?? endedAtMs;
  const startMs = times?.startedAtMs || endedAtMs;
  closedLog.info(
    {
      connection,
      thread,
      peer,
      reason,
      bytesIn,
      bytesOut,
      backlogMs,
      waitedMs: toMicroseconds(startMs - acceptedAtMs),
      queuedMs: toMicroseconds(takenAtMs - acceptedAtMs),
      threadStartMs: thread ? toMicroseconds(startMs - takenAtMs) : undefined,
      servedMs: toMicroseconds(endedAtMs - startMs),
      loopWaitMs: shown(times?.loopWaitMs),
      computedMs: times && toMicroseconds(times.computedMs),
      coreWaitMs: shown(times?.coreWaitMs),
    },
    'closed',
  );
}

/** A time of 0, which most clients have, is left out: a number costs as much as a field. */
function shown(ms: number | undefined): number | undefined {
  return ms ? toMicroseconds(ms) : undefined;
}
