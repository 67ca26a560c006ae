/**
 * The phases of a load, the same for every kind: open, warm-up, measured window, drain.
 *
 * Runs in the load process. A load keeps its only thread until it ends; every phase has a time
 * limit. Read next: the loads themselves, closed-loop.ts, open-loop.ts and fan-out.ts.
 */
import { NS_PER_MS, nowNs } from '../../lib/clock.js';
import { machineCpuMs, sampleProcess, sampleProcesses } from '../../lib/process-stats.js';
import type { ProcessSample } from '../../lib/process-stats.js';
import { treeOf } from '../../lib/process-tree.js';
import { serverProcesses } from '../../lib/session.js';
import { sampleThreads, workBetween, type ThreadSamples } from '../../lib/thread-stats.js';
import type { LoadJob, ServerTarget } from '../protocol/jobs.js';
import type { Usage } from '../protocol/results.js';

/** The default limit for an answer after the window. A later answer counts as a timeout. */
export const ANSWER_LIMIT_MS = 2000;
const MAX_POLL_MS = 10;

/** Paced opening: the limit for one connection's answer, and how many clients may be unanswered. */
const OPEN_PACE_NS = 2 * NS_PER_MS;
const OPEN_MAX_UNANSWERED = 4;
/** A server without any answer for this long is taken to answer no client. */
const SILENCE_LIMIT_NS = 500 * NS_PER_MS;

export type Phase = 'open' | 'warm-up' | 'measure' | 'drain';

export interface Load {
  /** Connects all clients. Each sends one request or joins. */
  open(): void;
  /** Starts a phase. All later events belong to it. */
  enter(phase: Exclude<Phase, 'open'>): void;
  /** Keeps the clients busy: once for the warm-up, once for the window. */
  loadFor(durationNs: number): void;
  /** Starts no requests, waits for outstanding answers, and counts those that do not come. */
  drain(): void;
  /** Closes all sockets, however far the load has come. */
  close(): void;
}

type Times = Pick<LoadJob, 'warmUpMs' | 'durationMs'>;

/** Takes the load through all phases and closes it in any case. @throws whatever the load throws */
export function runLoad(
  load: Load,
  { warmUpMs, durationMs, ...server }: Times & SampledServer,
): Usage {
  try {
    load.open();
    // Now no request is in flight that a search for processes could delay.
    const sample = processesOf(server);
    load.enter('warm-up');
    load.loadFor(warmUpMs * NS_PER_MS);
    const usage = measureUsage(sample, () => {
      load.enter('measure');
      load.loadFor(durationMs * NS_PER_MS);
      load.enter('drain');
    });
    load.drain();
    return usage;
  } finally {
    load.close();
  }
}

type SampledServer = Pick<ServerTarget, 'serverPid' | 'samples' | 'samplesThreads'>;

/** Samples the server; undefined where it cannot be sampled. */
interface Sampler {
  readonly root: number;
  processes(): ProcessSample | undefined;
  threads(): ThreadSamples | undefined;
}

/**
 * Returns what samples the server. Processes that it has later count when their parent has waited
 * for them.
 */
export function processesOf({
  serverPid,
  samples,
  samplesThreads,
}: SampledServer): Sampler | undefined {
  if (serverPid === undefined) return undefined;
  const pids =
    samples === undefined
      ? [serverPid]
      : samples === 'tree'
        ? treeOf(serverPid)
        : serverProcesses(serverPid);
  return {
    root: serverPid,
    processes: () => (samples === undefined ? sampleProcess(serverPid) : sampleProcesses(pids)),
    threads: () => (samplesThreads ? sampleThreads(pids) : undefined),
  };
}

/** Measures what the server, the generator and all other processes use while `work` runs. */
export function measureUsage(sampler: Sampler | undefined, work: () => void): Usage {
  const machineBeforeMs = machineCpuMs();
  const serverBefore = sampler?.processes();
  const threadsBefore = sampler?.threads();
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  work();
  const windowMs = performance.now() - startMs;
  const cpu = process.cpuUsage(cpuBefore);
  const threads = sampler?.threads();
  const server = sampler?.processes();
  const machineAfterMs = machineCpuMs();
  const generatorMs = (cpu.user + cpu.system) / 1e3;
  const ownUsage = { seconds: windowMs / 1e3, generatorCpuShare: generatorMs / windowMs };
  if (server === undefined || serverBefore === undefined) return ownUsage;
  const serverMs = server.cpuMs - serverBefore.cpuMs;
  const usage = {
    ...{ ...ownUsage, server, serverCpuShare: serverMs / windowMs },
    ...(sampler !== undefined &&
      threadsBefore !== undefined &&
      threads !== undefined && {
        serverThreads: workBetween(threadsBefore, threads, sampler.root),
      }),
  };
  if (machineBeforeMs === undefined || machineAfterMs === undefined) return usage;
  const othersMs = machineAfterMs - machineBeforeMs - serverMs - generatorMs;
  return { ...usage, othersCpuShare: Math.max(0, othersMs / windowMs) };
}

export interface Pollable {
  /** Waits for events, at most `timeoutMs`, and handles them. */
  poll(timeoutMs: number): void;
}

/** Handles events until the time is over or `isDone` returns true. */
export function pollFor(connections: Pollable, durationNs: number, isDone?: () => boolean): void {
  const endNs = nowNs() + durationNs;
  for (let now = nowNs(); now < endNs && isDone?.() !== true; now = nowNs()) {
    connections.poll(Math.min(MAX_POLL_MS, Math.ceil((endNs - now) / NS_PER_MS)));
  }
}

export interface Openable extends Pollable {
  readonly size: number;
  /** Connects a client, which sends one request. */
  openOne(client: number): void;
  /** How many clients have had their first answer. */
  readonly firstAnswers: number;
  /** Whether an answer is outstanding. */
  readonly isAnyWaiting: boolean;
}

/**
 * Opens one client after the other, each with one request, so that no short listen queue overflows.
 * The pace goes on when several clients are unanswered: an iterative server has to leave them so.
 */
export function openPaced(clients: Openable): void {
  for (let client = 0; client < clients.size; client++) {
    clients.openOne(client);
    pollFor(clients, OPEN_PACE_NS, () => client + 1 - clients.firstAnswers < OPEN_MAX_UNANSWERED);
  }
  // A server without a processor answers no client for a while. An iterative server answers one.
  pollFor(clients, SILENCE_LIMIT_NS, () => clients.firstAnswers > 0 || !clients.isAnyWaiting);
  let before: number;
  do {
    before = clients.firstAnswers;
    pollFor(clients, 10 * OPEN_PACE_NS, () => !clients.isAnyWaiting);
  } while (clients.firstAnswers > before);
}
