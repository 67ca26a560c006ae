/**
 * Logging: the same server with no lines for its clients, with lines per connection, and with lines
 * per message, into a temporary file.
 *
 * The thread that logs writes each line with its own write(2): no line is lost when a thread dies,
 * and only that thread pays. The file is truncated between rounds, because it would fill the disk.
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
import { latencyPlot, ratePlot } from './plots.js';
import type { Bench, Case, Scenario } from './scenario.js';

const OFF = 'no log';
const PER_CONNECTION = 'per connection';
const PER_REQUEST = 'per request';
/** Options of `serve`. Without --log-connections, models start with --no-log-connections. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  [OFF]: [],
  [PER_CONNECTION]: ['--log-connections'],
  [PER_REQUEST]: ['--log-connections', '--log-level', 'debug'],
};

const LOADS = [
  {
    pattern: 'echo',
    clients: 16,
    logs: [OFF, PER_CONNECTION, PER_REQUEST],
    what: 'echo, 16 clients',
  },
  { pattern: 'churn', clients: 16, logs: [OFF, PER_CONNECTION], what: 'churn, 16 clients' },
] as const;
const MODELS = ['event-loop', 'thread-per-client'];

const logBytes = valueOf('logBytesPerRequest', {
  label: 'log bytes',
  better: 'lower',
  format: formatCount,
});
const [, ...others] = CLOSED_LOOP;

export const logging: Scenario = {
  name: 'logging',
  partOf: 'full',
  participation: 'it measures the event loop and client threads, each with all kinds of logs',
  question: 'What does a log with lines per connection, or per request, cost compared with no log?',
  prediction:
    'A line is JSON and one write(2), some 5 µs. An echo request has two lines and takes about as long itself, so ' +
    'lines per request should cost more than half of the rate. On the event loop the one thread writes all lines; ' +
    "client threads write in parallel, but share the file's lock. Lines per connection cost nothing on long " +
    'connections, and two lines per request if each request has its own connection.',
  lookAt:
    'Requests/s with each kind of log relative to no log, within a model, and log bytes per request; times the rate, ' +
    'they are the load of the disk.',
  axis: { label: '', scale: 'none' },
  measures: [requestsPerSecond, logBytes, ...others],
  baseline: OFF,
  plots: [
    ratePlot('Requests answered, by kind of log', requestsPerSecond),
    latencyPlot('p99', 'p99, by kind of log', p99),
    {
      name: 'cpu',
      title: 'Processor time used, by kind of log',
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
        logFiles.set(running.port, file);
        return running;
      },
    };
  });
  const name = `${model}, ${pattern}`;
  const loop = closedLoop({ name, title: `logging: ${model}, ${what}`, pattern, clients });
  return bench.compare([countingLog(loop, logFiles)], contenders);
}

/** Adds the log bytes per request to the values of a load. */
function countingLog(it: Case, logFiles: ReadonlyMap<number, string>): Case {
  return {
    ...it,
    async load(generator, server, window) {
      const measured = await it.load(generator, server, window);
      const file = logFiles.get(server.port);
      if (file === undefined) return measured;
      const { size } = statSync(file);
      // The server appends, so its next line starts at the new end of the file.
      truncateSync(file);
      // The file also has the lines of the warm-up, at the same rate.
      const share = window.durationMs / (window.warmUpMs + window.durationMs);
      const { requestsPerSecond: rate = 0, seconds = 0 } = measured.values;
      const requests = rate * seconds;
      if (requests === 0) return measured;
      return {
        ...measured,
        values: { ...measured.values, logBytesPerRequest: (size * share) / requests },
      };
    },
  };
}
