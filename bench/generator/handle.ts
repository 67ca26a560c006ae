/**
 * The runner's side of the load generator: start the load process, send it jobs, stop it.
 *
 * Runs in the runner and in tests. Read next: main.ts, the load process.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { StartError } from '../../src/base/errors.js';
import { startChild } from '../lib/cleanup.js';
import { continueProcess } from '../lib/pause.js';
import type {
  BurstJob,
  HoldJob,
  Job,
  LoadJob,
  OpenLoopJob,
  PopulationsJob,
} from './protocol/jobs.js';
import type {
  BurstResult,
  HoldResult,
  JobResult,
  LoadResult,
  OpenLoopResult,
  PopulationsResult,
  Progress,
} from './protocol/results.js';

type LoadOptions = Pick<LoadJob, 'port' | 'clients' | 'durationMs'> & Partial<LoadJob>;
type OpenLoopOptions = Pick<OpenLoopJob, 'port' | 'clients' | 'requestsPerSecond' | 'durationMs'> &
  Partial<OpenLoopJob>;
type PopulationsOptions = Pick<PopulationsJob, 'port' | 'populations' | 'durationMs'> &
  Partial<PopulationsJob>;
type BurstOptions = Pick<BurstJob, 'port' | 'clients' | 'limitMs'> & Partial<BurstJob>;

/** Called for each message of a job with `progressMs`. */
type OnProgress = (progress: Progress) => void;

/** Every method rejects if the job fails or the load process ends. Jobs must not overlap. */
export interface Generator {
  /** The load process. */
  readonly pid: number;
  /** A closed loop. Default: 64-byte echoes at full speed, no warm-up, no silent clients. */
  run(options: LoadOptions, onProgress?: OnProgress): Promise<LoadResult>;
  /** Requests at a constant rate. Default: 64-byte echoes, no warm-up. */
  openLoop(options: OpenLoopOptions, onProgress?: OnProgress): Promise<OpenLoopResult>;
  /** Several populations at once. Default: no warm-up, no silent clients, 2 s for an answer. */
  runPopulations(options: PopulationsOptions): Promise<PopulationsResult>;
  /** All clients at the same moment, one request each. Default: 64 bytes. */
  burst(options: BurstOptions): Promise<BurstResult>;
  /** Opens connections and keeps them open until {@link Generator.release}. */
  hold(options: Omit<HoldJob, 'kind'>): Promise<HoldResult>;
  /** Sends one request on every held connection. */
  requestOnHeld(limitMs: number): Promise<HoldResult>;
  release(): Promise<void>;
  /** Ends the load process. Safe to call twice. */
  stop(): Promise<void>;
}

const DEFAULTS = {
  kind: 'load',
  pattern: 'echo',
  senders: 0,
  messageBytes: 64,
  warmUpMs: 0,
  silentClients: 0,
  pauseMs: 0,
} as const;

const OPEN_LOOP_DEFAULTS = { kind: 'open-loop', messageBytes: 64, warmUpMs: 0 } as const;
const POPULATIONS_DEFAULTS = {
  kind: 'populations',
  warmUpMs: 0,
  silentClients: 0,
  answerLimitMs: 2000,
} as const;

const BURST_DEFAULTS = { kind: 'burst', messageBytes: 64 } as const;

/** @throws StartError on another system than Linux; rejects also if the process cannot be forked */
export async function startGenerator(): Promise<Generator> {
  if (process.platform !== 'linux') throw new StartError('the load generator needs Linux (epoll)');
  const child = startChild(() => fork(new URL('./main.js', import.meta.url), { execArgv: [] }));
  await once(child, 'spawn');
  let stopping: Promise<void> | undefined;
  return {
    // Known since it has spawned.
    pid: child.pid ?? 0,
    run: (options, onProgress) => request(child, { ...DEFAULTS, ...options }, 'loaded', onProgress),
    openLoop: (options, onProgress) =>
      runOpenLoop(child, { ...OPEN_LOOP_DEFAULTS, ...options }, onProgress),
    runPopulations: (options) =>
      request(child, { ...POPULATIONS_DEFAULTS, ...options }, 'populations'),
    burst: (options) => request(child, { ...BURST_DEFAULTS, ...options }, 'burst'),
    hold: (options) => request(child, { kind: 'hold', ...options }, 'held'),
    requestOnHeld: (limitMs) => request(child, { kind: 'request-on-held', limitMs }, 'held'),
    release: async () => {
      await request(child, { kind: 'release' }, 'released');
    },
    stop: () => (stopping ??= stopChild(child)),
  };
}

/** Continues a paused server in any case: the load process may be killed during the pause. */
async function runOpenLoop(
  child: ChildProcess,
  job: OpenLoopJob,
  onProgress?: OnProgress,
): Promise<OpenLoopResult> {
  try {
    return await request(child, job, 'offered', onProgress);
  } finally {
    if (job.pause !== undefined && job.serverPid !== undefined) continueProcess(job.serverPid);
  }
}

async function request<Kind extends JobResult['kind']>(
  child: ChildProcess,
  job: Job,
  kind: Kind,
  onProgress?: OnProgress,
): Promise<Extract<JobResult, { kind: Kind }>> {
  const result = await resultOf(child, job, onProgress);
  if (result.kind === kind) return result as Extract<JobResult, { kind: Kind }>;
  throw new Error(
    result.kind === 'failed' ? result.message : `the generator answered ${result.kind}`,
  );
}

/** Sends a job and resolves to its result. Rejects if the process ends first. */
function resultOf(child: ChildProcess, job: Job, onProgress?: OnProgress): Promise<JobResult> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: JobResult | Progress) => {
      if (message.kind === 'progress') {
        onProgress?.(message);
        return;
      }
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve(message);
    };
    const onExit = (code: number | null, signal: string | null) => {
      child.off('message', onMessage);
      reject(new Error(`the generator ended (${signal ?? `status ${code ?? 'unknown'}`})`));
    };
    if (!child.connected) {
      reject(new Error('the generator has stopped'));
      return;
    }
    child.on('message', onMessage);
    child.once('exit', onExit);
    child.send(job);
  });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  // A job may keep it busy. It has nothing to save, and the kernel closes its sockets.
  child.kill('SIGKILL');
  await exited;
}
