/**
 * What a running server counts, as metrics.ts, heartbeat.ts and `/healthz` show it. Main thread.
 * Reading it changes nothing, unlike a snapshot (observer.ts), whose maxima are those since the last
 * one.
 */
import type { MaybePromise } from '../connection/connection.js';
import { lostLines } from '../log/log.js';
import type { Clients, Host } from '../serving/host.js';
import type { State } from '../serving/views.js';

/** The part of the acceptor that counts. */
interface CountingAcceptor {
  readonly accepted: number;
  readonly refused: number;
  readonly waiting: number;
  readonly obstacle: string | undefined;
}

interface VitalParts {
  readonly host: Pick<Host, 'counters' | 'service' | 'model' | 'threads'>;
  readonly acceptor: CountingAcceptor;
  readonly clients: Pick<Clients, 'count' | 'bytes' | 'describe' | 'refresh'>;
  readonly limits: { readonly overflow: 'queue' | 'refuse'; readonly queueLimit: number };
}

export interface Vitals {
  readonly service: string;
  readonly model: string;
  /** Why a new connection is not served or queued at the moment; undefined if it is. */
  readonly obstacle: string | undefined;
  readonly accepted: number;
  readonly refused: number;
  readonly refusalCause: 'busy' | 'queue full';
  readonly served: number;
  /** Ended connections by the `reason` of their `closed` lines. */
  readonly closed: Readonly<Record<string, number>>;
  readonly serving: number;
  readonly waiting: number;
  readonly queueLimit: number;
  /** Of all connections since the start, of open ones what has passed so far. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly logLinesDropped: number;
  /** Undefined where there are no client threads. */
  readonly threads:
    | {
        readonly states: Partial<Record<State, number>>;
        readonly most: number;
        readonly lost: number;
      }
    | undefined;
}

/** Waits where other threads know more than main: see {@link Clients.refresh}. */
export function vitalsOf(parts: VitalParts): MaybePromise<Vitals> {
  const refreshed = parts.clients.refresh?.(0);
  return refreshed ? refreshed.then(() => readVitals(parts)) : readVitals(parts);
}

function readVitals({ host, acceptor, clients, limits }: VitalParts): Vitals {
  const { counts, bytes, threadsLost } = host.counters;
  const open = clients.bytes;
  const { threads } = clients.describe(0);
  return {
    service: host.service.name,
    model: host.model,
    obstacle: acceptor.obstacle,
    accepted: acceptor.accepted,
    refused: acceptor.refused,
    refusalCause: limits.overflow === 'refuse' ? 'busy' : 'queue full',
    ...counts,
    serving: clients.count,
    waiting: acceptor.waiting,
    queueLimit: limits.queueLimit,
    bytesIn: bytes.bytesIn + open.bytesIn,
    bytesOut: bytes.bytesOut + open.bytesOut,
    logLinesDropped: lostLines(),
    threads: threads && { states: threads.states, most: host.threads.most, lost: threadsLost },
  };
}
