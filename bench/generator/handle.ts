/**
 * The runner's handle on a generator process: start it, give it jobs one after the other, stop it.
 *
 * Runs in the process of whoever measures (bench/run/run.ts, tests); the work is done in main.ts.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { StartError } from '../../src/base/errors.js';
import type { BurstJob, HoldJob, Job, LoadJob, OpenLoopJob, PopulationsJob } from './protocol/jobs.js';
import { endWithThisProcess } from '../lib/cleanup.js';
import { continueProcess } from '../lib/pause.js';
import type {
  BurstResult,
  HoldResult,
  JobResult,
  LoadResult,
  OpenLoopResult,
  PopulationsResult,
} from './protocol/answers.js';

type LoadOptions = Pick<LoadJob, 'port' | 'clients' | 'durationMs'> & Partial<LoadJob>;

type OpenLoopOptions = Pick<OpenLoopJob, 'port' | 'clients' | 'requestsPerSecond' | 'durationMs'> &
  Partial<OpenLoopJob>;
type PopulationsOptions = Pick<PopulationsJob, 'port' | 'populations' | 'durationMs'> &
  Partial<PopulationsJob>;
type BurstOptions = Pick<BurstJob, 'port' | 'clients' | 'limitMs'> & Partial<BurstJob>;

export interface Generator {
  /** Full closed-loop load; 64-byte messages, no warm-up and no silent clients unless told. */
  run(options: LoadOptions): Promise<LoadResult>;
  /** Requests at a constant rate; 64-byte messages and no warm-up unless told. */
  openLoop(options: OpenLoopOptions): Promise<OpenLoopResult>;
  /** Several populations at once; no warm-up, no silent clients and 2 s for an answer unless told. */
  runPopulations(options: PopulationsOptions): Promise<PopulationsResult>;
  /** All clients at the same moment, one request of 64 bytes each unless told. */
  burst(options: BurstOptions): Promise<BurstResult>;
  /** Opens connections and keeps them until {@link Generator.release}. */
  hold(options: Omit<HoldJob, 'kind'>): Promise<HoldResult>;
  speak(limitMs: number): Promise<HoldResult>;
  release(): Promise<void>;
  /** Ends the process; a second call changes nothing. */
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

export async function startGenerator(): Promise<Generator> {
  if (process.platform !== 'linux') throw new StartError('the load generator needs epoll, that is Linux');
  const child = fork(new URL('./main.js', import.meta.url), { execArgv: [] });
  endWithThisProcess(child);
  await once(child, 'spawn');
  let stopping: Promise<void> | undefined;
  return {
    run: (options) => ask(child, { ...DEFAULTS, ...options }, 'loaded'),
    openLoop: (options) => runOpenLoop(child, { ...OPEN_LOOP_DEFAULTS, ...options }),
    runPopulations: (options) => ask(child, { ...POPULATIONS_DEFAULTS, ...options }, 'populations'),
    burst: (options) => ask(child, { ...BURST_DEFAULTS, ...options }, 'burst'),
    hold: (options) => ask(child, { kind: 'hold', ...options }, 'held'),
    speak: (limitMs) => ask(child, { kind: 'speak', limitMs }, 'held'),
    release: async () => {
      await ask(child, { kind: 'release' }, 'released');
    },
    stop: () => (stopping ??= stopChild(child)),
  };
}

/** The generator continues the server that it stopped; should it be killed in between, that is left to us. */
async function runOpenLoop(child: ChildProcess, job: OpenLoopJob): Promise<OpenLoopResult> {
  try {
    return await ask(child, job, 'offered');
  } finally {
    if (job.pause !== undefined && job.serverPid !== undefined) continueProcess(job.serverPid);
  }
}

async function ask<Kind extends JobResult['kind']>(
  child: ChildProcess,
  job: Job,
  kind: Kind,
): Promise<Extract<JobResult, { kind: Kind }>> {
  const result = await exchange(child, job);
  if (result.kind === kind) return result as Extract<JobResult, { kind: Kind }>;
  throw new Error(result.kind === 'failed' ? result.message : `the generator answered ${result.kind}`);
}

/** Sends one job and takes the one message that answers it; rejects if the process ends instead. */
function exchange(child: ChildProcess, job: Job): Promise<JobResult> {
  return new Promise((resolve, reject) => {
    const onMessage = (result: JobResult) => {
      child.off('exit', onExit);
      resolve(result);
    };
    const onExit = (code: number | null, signal: string | null) => {
      child.off('message', onMessage);
      reject(new Error(`the generator ended (${signal ?? `status ${code ?? 'unknown'}`})`));
    };
    if (!child.connected) {
      reject(new Error('the generator has stopped'));
      return;
    }
    child.once('message', onMessage);
    child.once('exit', onExit);
    child.send(job);
  });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  // It may be in the middle of a job and has nothing to save; its sockets are closed by the kernel.
  child.kill('SIGKILL');
  await exited;
}
