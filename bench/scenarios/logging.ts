/**
 * What a log costs: the same server three times, with no line for its clients, with lines for each connection, and with
 * lines for each message, all into a file that is removed afterwards.
 *
 * Every line is written by a write(2) of its own, by the thread that has something to say: nothing is lost when a
 * thread dies, and nobody but that thread pays. The file is emptied between two rounds, or it would fill the disk.
 */
import { statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseResult } from '../analysis/experiment.js';
import { formatCount } from '../analysis/numbers.js';
import { withTemporaryDirectory } from '../lib/cleanup.js';
import { CLOSED_LOOP, p99, requestsPerSecond, serverCpu, valueOf } from '../analysis/measures.js';
import { comparedWith, joined } from '../analysis/sentences.js';
import { variant } from '../contenders/models.js';
import type { Contender } from '../contenders/contender.js';
import { closedLoop } from './closed-loop.js';
import type { Bench, Case, Scenario } from './scenario.js';

const OFF = 'no log';
const PER_CONNECTION = 'per connection';
const PER_REQUEST = 'per request';
/** Options of `serve`; the last one counts, and models are started with --no-log-connections. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  [OFF]: [],
  [PER_CONNECTION]: ['--log-connections'],
  [PER_REQUEST]: ['--log-connections', '--log-level', 'debug'],
};

const LOADS = [
  { pattern: 'echo', clients: 16, logs: [OFF, PER_CONNECTION, PER_REQUEST], what: 'echo, 16 clients' },
  { pattern: 'churn', clients: 16, logs: [OFF, PER_CONNECTION], what: 'churn, 16 clients' },
] as const;
const MODELS = ['event-loop', 'thread-per-client'];

const logBytes = valueOf('logBytesPerRequest', { label: 'log bytes', better: 'lower', format: formatCount });
const [, ...others] = CLOSED_LOOP;

export const logging: Scenario = {
  name: 'logging',
  partOf: 'full',
  whoTakesPart: 'it is about the event loop and client threads, each with all kinds of logs',
  question: 'What does a log cost: none, lines for each connection, lines for each request?',
  prediction:
    'A line is JSON and one write(2), some 5 µs. A request of echo has two, received and sending, and takes about as ' +
    'long itself, so logging each should take more than half of the rate; on the event loop all of it is the one ' +
    "thread's time, while client threads write on their own and meet at the file's lock. Lines for connections cost " +
    'nothing while connections stay, and two lines each where they come for one request.',
  lookAt:
    'Requests/s of each kind of log against none, within a model, and log bytes a request: times the rate, what a ' +
    'disk must take.',
  axis: { label: '', scale: 'none' },
  measures: [requestsPerSecond, logBytes, ...others],
  baseline: OFF,
  plots: [
    {
      name: 'rate',
      title: 'Requests answered, by what is logged',
      measure: requestsPerSecond,
      scale: 'linear',
      label: 'requests/s',
    },
    { name: 'p99', title: 'p99, by what is logged', measure: p99, scale: 'log', label: 'ms', unit: 1e6 },
    {
      name: 'cpu',
      title: 'Processor time used, by what is logged',
      measure: serverCpu,
      scale: 'linear',
      label: '% of one core',
      unit: 0.01,
    },
  ],
  async measure(bench) {
    const wanted = new Set(bench.contenders('echo').map(({ name }) => name));
    const cases: CaseResult[] = [];
    await withTemporaryDirectory(async (directory) => {
      for (const load of LOADS) {
        for (const model of MODELS.filter((name) => wanted.has(name)))
          cases.push(...(await measureCase(bench, model, load, directory)));
      }
    });
    return { cases, remarks: [] };
  },
  seen: ({ cases }, margins) =>
    joined(...cases.map((one) => comparedWith(one, requestsPerSecond, margins, OFF))),
};

function measureCase(
  bench: Bench,
  model: string,
  { pattern, clients, logs, what }: (typeof LOADS)[number],
  directory: string,
): Promise<CaseResult[]> {
  const logFiles = new Map<number, string>();
  const contenders = logs.map((log): Contender => {
    const file = join(directory, `${model}-${pattern}-${log}.log`.replaceAll(' ', '-'));
    const server = variant(model, log, [...(OPTIONS[log] ?? []), '--log-file', file]);
    return {
      ...server,
      async start(needs) {
        const running = await server.start(needs);
        logFiles.set(running.pid, file);
        return running;
      },
    };
  });
  const name = `${model}, ${pattern}`;
  const loop = closedLoop({ name, title: `logging: ${model}, ${what}`, pattern, clients });
  return bench.compare([countingLog(loop, logFiles)], contenders);
}

/** The same load, which also tells how much was logged meanwhile. */
function countingLog(it: Case, logFiles: ReadonlyMap<number, string>): Case {
  return {
    ...it,
    async load(generator, server, window) {
      const measured = await it.load(generator, server, window);
      const file = logFiles.get(server.pid);
      if (file === undefined) return measured;
      const { size } = statSync(file);
      // The server appends, so its next line begins at the file's new end.
      truncateSync(file);
      // Logged over the warm-up, too, at the same rate.
      const share = window.durationMs / (window.warmUpMs + window.durationMs);
      const { requestsPerSecond: rate = 0, seconds = 0 } = measured.values;
      const requests = rate * seconds;
      if (requests === 0) return measured;
      return { ...measured, values: { ...measured.values, logBytesPerRequest: (size * share) / requests } };
    },
  };
}
