/**
 * The load generator's own process: takes one job at a time from the runner and answers it with one message.
 *
 * Forked by handle.ts and kept for many jobs, so that its compiled code stays hot. A job with load keeps the thread
 * until it ends; each is bounded in time, and when the runner has gone meanwhile, the process ends after it.
 * Read bench/generator/loads/closed-loop.ts or bench/generator/loads/open-loop.ts next.
 */
import { runBurst } from './loads/burst.js';
import { runFanOut } from './loads/fan-out.js';
import { Hold } from './loads/hold.js';
import type { Job } from './protocol/jobs.js';
import { runLoadJob } from './loads/load.js';
import { runOpenLoop } from './loads/open-loop.js';
import { runPopulations } from './loads/populations.js';
import type { JobResult } from './protocol/answers.js';

let hold: Hold | undefined;

function run(job: Job): JobResult {
  switch (job.kind) {
    case 'load':
      return job.pattern === 'fan-out' ? runFanOut(job) : runLoadJob(job);
    case 'open-loop':
      return runOpenLoop(job);
    case 'populations':
      return runPopulations(job);
    case 'burst':
      return runBurst(job);
    case 'hold':
      hold?.release();
      hold = new Hold(job);
      return hold.open(job);
    case 'speak':
      if (hold === undefined) throw new Error('no connections are held');
      return hold.speak(job.limitMs);
    case 'release':
      hold?.release();
      hold = undefined;
      return { kind: 'released' };
  }
}

function answer(job: Job): JobResult {
  try {
    return run(job);
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

process.on('message', (job: Job) => process.send?.(answer(job)));
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole process group; the runner decides what becomes of its generator.
process.on('SIGINT', () => undefined);
