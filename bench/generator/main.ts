/**
 * The load process: takes one job at a time from the runner and sends one result for each, and
 * progress before that for a job that asks for it.
 *
 * handle.ts forks it and uses it for many jobs, so that its compiled code stays hot. A job keeps
 * the only thread until it ends; each has a time limit. If the runner ends meanwhile, the guard
 * (src/base/guard.ts) ends this process. Read next: loads/closed-loop.ts or loads/open-loop.ts.
 */
import { runBurst } from './loads/burst.js';
import { runLoadJob, runPopulationsJob } from './loads/closed-loop.js';
import { runFanOut } from './loads/fan-out.js';
import { Hold } from './loads/hold.js';
import { runOpenLoop } from './loads/open-loop.js';
import type { HoldJob, Job } from './protocol/jobs.js';
import type { HoldResult, JobResult, Progress } from './protocol/results.js';
import { ownDescriptorTable, setTargetHost } from './sockets/socket.js';

let hold: Hold | undefined;

function run(job: Job): JobResult {
  if ('port' in job) setTargetHost(job.host);
  switch (job.kind) {
    case 'load':
      return job.pattern === 'fan-out' ? runFanOut(job) : runLoadJob(job, report);
    case 'open-loop':
      return runOpenLoop(job, report);
    case 'populations':
      return runPopulationsJob(job);
    case 'burst':
      return runBurst(job);
    case 'hold':
      return openHold(job);
    case 'request-on-held':
      if (hold === undefined) throw new Error('no connections are held');
      return hold.request(job.limitMs);
    case 'release':
      releaseHold();
      return { kind: 'released' };
  }
}

/** The pipe to the runner takes a message at once, also in the middle of a job. */
function report(progress: Progress): void {
  process.send?.(progress);
}

function openHold(job: HoldJob): HoldResult {
  releaseHold();
  hold = new Hold(job);
  try {
    return hold.open(job);
  } catch (error) {
    releaseHold();
    throw error;
  }
}

function releaseHold(): void {
  hold?.release();
  hold = undefined;
}

function resultOf(job: Job): JobResult {
  try {
    return run(job);
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

ownDescriptorTable();
process.on('message', (job: Job) => process.send?.(resultOf(job)));
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole process group. The runner ends this process itself.
process.on('SIGINT', () => undefined);
