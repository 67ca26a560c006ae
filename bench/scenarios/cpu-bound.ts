/** Short requests beside jobs that compute for 100 ms: what threads are for. */
import { ratioOf } from '../analysis/estimates.js';
import { formatEstimate } from '../analysis/numbers.js';
import { errors, percentile, served, serverCpu, valueOf } from '../analysis/measures.js';
import { joined, shown } from '../analysis/sentences.js';
import { inWords, usualMargins } from '../analysis/verdicts.js';
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
  whoTakesPart: 'a quick run leaves out the iterative server, which slow-client shows as well and sooner',
  question: 'What do jobs that compute for 100 ms do to each other, and to short requests beside them?',
  prediction:
    'The event loop has one core and does one thing at a time: four jobs share it, and a short request waits for all ' +
    'four of them, or, as the kernel puts sockets that were just served back into line before it, for nearly eight. ' +
    'Threads run on all cores and the kernel takes turns between them: on two cores nearly twice the work, and a short ' +
    'request waits for a time slice, not for a job. The iterative server serves whoever came first.',
  lookAt:
    'Jobs/s of thread-per-client over the event loop (at least 1.8), and the p99 of the short requests (at most a tenth).',
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
    {
      name: 'short-p99',
      title: 'Short requests beside jobs of 100 ms: p99',
      measure: shortP99,
      scale: 'log',
      label: 'ms',
      unit: 1e6,
    },
  ],
  async measure(bench) {
    const it = populationsCase({
      name: 'short beside jobs',
      title: 'cpu-bound: 4 clients with jobs of 100 ms, 12 with short requests, one every 10 ms',
      service: 'work',
      populations: [
        // First: while it computes, an event loop accepts but one client a turn (libuv since 1.45).
        { name: 'short', clients: 12, pattern: 'keep', line: 'work 0', answer: 'done 0', thinkMs: 10 },
        { name: 'jobs', clients: 4, pattern: 'keep', line: 'work 100', answer: 'done 100' },
      ],
      leastMs: 2000,
    });
    // What the iterative server does with long jobs, slow-client shows as well and sooner.
    const contenders = bench
      .contenders('work')
      .filter(({ name }) => bench.length === 'full' || name !== ITERATIVE);
    return { cases: await bench.compare([it], contenders), remarks: [] };
  },
  seen({ cases: [only] }, margins = usualMargins) {
    const more = only && ratioOf(only, jobs, THREADS, LOOP);
    const wait = only && ratioOf(only, shortP99, THREADS, LOOP);
    const [quick, slow] = [shown(only, shortP99, THREADS), shown(only, shortP99, LOOP)];
    return joined(
      more &&
        `${THREADS} did ${formatEstimate(more)} times the work of the event loop (${inWords(more, margins(jobs))}).`,
      quick && slow && `The p99 of the short requests was ${quick} on threads, ${slow} on the event loop.`,
      wait &&
        `Round by round, it was ${formatEstimate(wait)} of the event loop's on threads (${inWords(wait, margins(shortP99))}).`,
    );
  },
};
