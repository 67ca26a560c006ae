/** Hand-off: the time from accept to the handler's first instruction, from the server's log. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RoundMeasured } from '../analysis/experiment.js';
import { formatCount, formatNs } from '../analysis/numbers.js';
import { withTemporaryDirectory } from '../lib/cleanup.js';
import { valueOf } from '../analysis/measures.js';
import { NOTHING_SEEN, shown } from '../analysis/sentences.js';
import { modelNamed } from '../contenders/models.js';
import type { Bench, Scenario } from './scenario.js';

const MODEL = 'thread-per-client';
const THREADS = 4;
/** The first connections are left out, because their code is not compiled yet. */
const WARM_UP_CONNECTIONS = 200;
const DURATION_MS = 1800;

const median = valueOf('medianNs', { label: 'median', better: 'lower', format: formatNs });
const p99 = valueOf('p99Ns', { label: 'p99', better: 'lower', format: formatNs });
const longest = valueOf('maxNs', { label: 'max', format: formatNs });

export const handOff: Scenario = {
  name: 'hand-off',
  partOf: 'quick',
  hasPeers: true,
  participation: 'only thread-per-client hands connections to threads',
  question:
    "How long does a connection take from accept to the handler's first instruction on a warm thread?",
  prediction:
    'A message to a sleeping thread takes one wake-up, some tens of microseconds, and the time in the queue. The ' +
    'client connects once per millisecond, so the queue is empty; churn shows the queue under full load.',
  lookAt: 'The median, and its distance to p99. The server measures them: waitedMs in its log.',
  axis: { label: '', scale: 'none' },
  measures: [
    median,
    p99,
    longest,
    valueOf('connections', { label: 'connections', format: formatCount }),
  ],
  baseline: false,
  plots: [],
  async measure(bench) {
    if (!bench.contenders('echo').some(({ name }) => name === MODEL))
      return { cases: [], remarks: [] };
    const waits = await withTemporaryDirectory(async (directory) => {
      const logFile = join(directory, 'log.json');
      await connectSlowly(bench, logFile);
      return waitsInLog(await readFile(logFile, 'utf8'));
    });
    const rounds = [{ round: 1, turn: 1, ...summariseWaits(waits) }];
    const contenders = [{ name: MODEL, kind: 'model', rounds } as const];
    const title = 'hand-off: from accept to the first instruction of the handler on a warm thread';
    return { cases: [{ name: 'hand-off', title, contenders }], remarks: [] };
  },
  seen({ cases: [only] }) {
    const [middle, slow] = [shown(only, median, MODEL), shown(only, p99, MODEL)];
    return middle === undefined
      ? NOTHING_SEEN
      : `The hand-off took at most ${middle} for half of the connections, and ${slow ?? ''} for 99 of 100.`;
  },
};

async function connectSlowly(bench: Bench, logFile: string): Promise<void> {
  const args = ['--log-file', logFile, '--log-connections'];
  const server = await bench.start(modelNamed(MODEL), { clients: THREADS, args });
  await bench.generator.run({
    port: server.port,
    pattern: 'churn',
    clients: 1,
    pauseMs: 1,
    durationMs: DURATION_MS,
  });
  await server.stop();
}

/** Returns the waits of all closed connections in ms, in the order of the log. */
export function waitsInLog(log: string): number[] {
  return log.split('\n').flatMap((line) => {
    if (!line.includes('"waitedMs"')) return [];
    const entry = JSON.parse(line) as { msg?: unknown; waitedMs?: unknown };
    return entry.msg === 'closed' && typeof entry.waitedMs === 'number' ? [entry.waitedMs] : [];
  });
}

function summariseWaits(waits: readonly number[]): RoundMeasured {
  const sorted = waits.slice(WARM_UP_CONNECTIONS).sort((a, b) => a - b);
  const atNs = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 1e6;
  if (sorted.length === 0) throw new Error(`the log has only ${waits.length} closed connections`);
  const values = {
    connections: sorted.length,
    medianNs: atNs(0.5),
    p99Ns: atNs(0.99),
    maxNs: atNs(1),
  };
  return { values, latencies: {} };
}
