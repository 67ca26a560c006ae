/** Takes a snapshot of a running server from its parts. Main thread. snapshot.ts has the shape. */
import type { ListenAddress } from '../serving/listen-address.js';
import { formatEndpoint } from '../connection/endpoint.js';
import type { LoopBlock } from '../connection/main-loop.js';
import type { AcceptorSettings, Clients, Host } from '../serving/host.js';
import type { BacklogView, ClientPlace, Listed, WaitingView } from '../serving/views.js';
import { monotonicMs, toMicroseconds } from '../base/clock.js';
import { MOST_LISTED, SNAPSHOT_FORMAT, type BriefSnapshot, type Snapshot } from './snapshot.js';

/** The part of the acceptor that a snapshot shows. */
interface ObservedAcceptor {
  readonly port: number;
  readonly isClosed: boolean;
  /** Since the server's start. */
  readonly accepted: number;
  readonly refused: number;
  describeQueue(most: number): Listed<WaitingView>;
  locateQueue(most: number): Listed<ClientPlace>;
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

  /** Before {@link take}, where other threads know more than main: see {@link Clients.refresh}. */
  refresh(): Promise<void> | undefined {
    return this.#observed.clients.refresh?.(MOST_LISTED);
  }

  take(): Snapshot {
    const beganAtMs = monotonicMs();
    const { acceptor, clients } = this.#observed;
    const serving = clients.describe(MOST_LISTED);
    const { handOff } = clients;
    return {
      ...this.#server(serving.threads !== undefined),
      queue: acceptor.describeQueue(MOST_LISTED),
      ...serving,
      ...(handOff && { handOff }),
      tookMs: toMicroseconds(monotonicMs() - beganAtMs),
    };
  }

  takeBrief(): BriefSnapshot {
    const beganAtMs = monotonicMs();
    const { acceptor, clients } = this.#observed;
    const serving = clients.locate(MOST_LISTED);
    return {
      ...this.#server(serving.threads !== undefined),
      queue: acceptor.locateQueue(MOST_LISTED),
      ...serving,
      tookMs: toMicroseconds(monotonicMs() - beganAtMs),
    };
  }

  /** What both kinds of snapshots have. */
  #server(hasThreads: boolean): Omit<BriefSnapshot, 'clients' | 'queue' | 'threads'> {
    const { host, acceptor, address, limits } = this.#observed;
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
        ...(hasThreads && { threads: host.threads.most }),
        queue: limits.queueLimit,
        overflow: limits.overflow,
      },
      counts: { accepted: acceptor.accepted, refused: acceptor.refused, ...host.counters.counts },
      main: this.#mainSinceLast(),
      ...(backlog && { backlog }),
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
