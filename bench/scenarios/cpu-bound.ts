/** CPU-bound: short requests next to jobs that compute for 100 ms, which need threads. */
import { ratioOf } from '../analysis/estimates.js';
import { formatEstimate } from '../analysis/numbers.js';
import { errors, percentile, served, serverCpu, valueOf } from '../analysis/measures.js';
import { joined, shown } from '../analysis/sentences.js';
import { defaultMargins, inWords } from '../analysis/verdicts.js';
import { latencyPlot } from './plots.js';
import { populationsCase } from './populations.js';
import type { Scenario } from './scenario.js';

const jobs = valueOf('jobsPerSecond', {
  label: 'jobs/s',
  better: 'higher',
  format: (value) => value.toFixed(1),
});
const short = valueOf('shortPerSecond', {
  label: 'short/s',
  better: 'higher',
  format: (value) => value.toFixed(0),
});
const shortP99 = percentile(99, 'short');
const THREADS = 'thread-per-client';
const LOOP = 'event-loop';
const ITERATIVE = 'iterative';

export const cpuBound: Scenario = {
  name: 'cpu-bound',
  partOf: 'quick',
  serverServices: ['work'],
  participation:
    'a quick run leaves out the iterative server, because slow-client shows the same sooner',
  question:
    'How do jobs that compute for 100 ms delay each other, and short requests next to them?',
  prediction:
    'The event loop has one core and runs one job at a time, so four jobs share the core. A short request waits for all ' +
    'four, or for nearly eight, because the kernel may queue sockets that were just served before it. Threads run ' +
    'on all cores in turns: on two cores they do nearly twice the work, and a short request waits for a time slice, ' +
    'not for a job. The iterative server serves the first client only.',
  lookAt:
    'Jobs/s of thread-per-client relative to the event loop (at least 1.8), and p99 of the short requests (at most a tenth).',
  axis: { label: '', scale: 'none' },
  measures: [
    jobs,
    short,
    percentile(50, 'short'),
    shortP99,
    percentile(50, 'jobs'),
    serverCpu,
    errors,
    served,
  ],
  plots: [
    {
      name: 'jobs',
      title: 'Jobs of 100 ms of computing: done',
      measure: jobs,
      scale: 'linear',
      label: 'jobs/s',
    },
    latencyPlot('short-p99', 'Short requests next to jobs of 100 ms: p99', shortP99),
  ],
  async measure(bench) {
    const it = populationsCase({
      name: 'short beside jobs',
      title: 'cpu-bound: 4 clients with jobs of 100 ms, 12 with short requests, one every 10 ms',
      service: 'work',
      populations: [
        // Short ones connect first: an event loop that computes accepts one client per turn (libuv
        // since 1.45).
        {
          name: 'short',
          clients: 12,
          pattern: 'keep',
          line: 'work 0',
          answer: 'done 0',
          thinkMs: 10,
        },
        { name: 'jobs', clients: 4, pattern: 'keep', line: 'work 100', answer: 'done 100' },
      ],
      minWindowMs: 1500,
    });
    const contenders = bench
      .contenders('work')
      .filter(({ name }) => bench.length === 'full' || name !== ITERATIVE);
    return { cases: await bench.compare([it], contenders), remarks: [] };
  },
  seen({ cases: [only] }, margins = defaultMargins) {
    const more = only && ratioOf(only, jobs, THREADS, LOOP);
    const wait = only && ratioOf(only, shortP99, THREADS, LOOP);
    const [quick, slow] = [shown(only, shortP99, THREADS), shown(only, shortP99, LOOP)];
    return joined(
      more &&
        `${THREADS} did ${formatEstimate(more)} times the work of the event loop (${inWords(more, margins(jobs))}).`,
      quick &&
        slow &&
        `p99 of the short requests was ${quick} on threads, ${slow} on the event loop.`,
      wait &&
        `Round by round, threads had ${formatEstimate(wait)} of the event loop's p99 (${inWords(wait, margins(shortP99))}).`,
    );
  },
};
