/** Takes a snapshot of a running server from its parts. Main thread. snapshot.ts has the shape. */
import type { ListenAddress } from '../serving/listen-address.js';
import { formatEndpoint } from '../connection/endpoint.js';
import type { MaybePromise } from '../connection/connection.js';
import type { LoopBlock } from '../connection/main-loop.js';
import type { AcceptorSettings, Clients, Host } from '../serving/host.js';
import type { BacklogView, Listed, WaitingView } from '../serving/views.js';
import { monotonicMs, toMicroseconds } from '../base/clock.js';
import { MOST_LISTED, SNAPSHOT_FORMAT, type Snapshot } from './snapshot.js';

/** The part of the acceptor that a snapshot shows. */
interface ObservedAcceptor {
  readonly port: number;
  readonly isClosed: boolean;
  /** Since the server's start. */
  readonly accepted: number;
  readonly refused: number;
  describeQueue(most: number): Listed<WaitingView>;
  takeBacklog(): BacklogView | undefined;
}

interface Observed {
  readonly host: Host;
  readonly acceptor: ObservedAcceptor;
  readonly clients: Clients;
  readonly address: ListenAddress;
  readonly limits: AcceptorSettings;
}

export class Observer {
  readonly #observed: Observed;
  readonly #startedAtMs = monotonicMs();
  #lastAtMs = this.#startedAtMs;
  #lastUtilization = performance.eventLoopUtilization();

  constructor(observed: Observed) {
    this.#observed = observed;
  }

  /** Waits where other threads know more than main: see {@link Clients.refresh}. */
  take(): MaybePromise<Snapshot> {
    const refreshed = this.#observed.clients.refresh?.(MOST_LISTED);
    return refreshed ? refreshed.then(() => this.#take()) : this.#take();
  }

  #take(): Snapshot {
    const beganAtMs = monotonicMs();
    const { host, acceptor, clients, address, limits } = this.#observed;
    const serving = clients.describe(MOST_LISTED);
    const backlog = acceptor.takeBacklog();
    return {
      format: SNAPSHOT_FORMAT,
      time: Date.now(),
      service: host.service.name,
      model: host.model,
      pid: process.pid,
      address: 'path' in address ? address.path : formatEndpoint(address.host, acceptor.port),
      uptimeMs: toMicroseconds(monotonicMs() - this.#startedAtMs),
      stopping: acceptor.isClosed,
      limits: {
        ...(serving.threads && { threads: host.threads.most }),
        queue: limits.queueLimit,
        overflow: limits.overflow,
      },
      counts: { accepted: acceptor.accepted, refused: acceptor.refused, ...host.counters.counts },
      main: this.#mainSinceLast(),
      ...(backlog && { backlog }),
      queue: acceptor.describeQueue(MOST_LISTED),
      ...serving,
      tookMs: toMicroseconds(monotonicMs() - beganAtMs),
    };
  }

  #mainSinceLast(): Snapshot['main'] {
    const nowMs = monotonicMs();
    const utilization = performance.eventLoopUtilization();
    const since = performance.eventLoopUtilization(utilization, this.#lastUtilization);
    const overMs = toMicroseconds(nowMs - this.#lastAtMs);
    this.#lastAtMs = nowMs;
    this.#lastUtilization = utilization;
    const { loop } = this.#observed.host;
    const blocked = loop?.lastBlock && blockedView(loop.lastBlock, nowMs);
    return {
      utilization: Math.round(since.utilization * 1000) / 1000,
      overMs,
      lagMs: toMicroseconds(loop?.takeMostLagMs() ?? 0),
      ...(blocked && { blocked }),
    };
  }
}

function blockedView(
  { fromMs, untilMs, connection, heldMs }: LoopBlock,
  nowMs: number,
): Snapshot['main']['blocked'] {
  return {
    blockedMs: toMicroseconds(untilMs - fromMs),
    ...(connection !== undefined && { connection, heldMs: toMicroseconds(heldMs) }),
    agoMs: toMicroseconds(nowMs - untilMs),
  };
}
