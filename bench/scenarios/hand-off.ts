/**
 * Question: how long is the way of a connection from accept to the handler's first instruction on a warm thread?
 *
 * Theory: a message to a sleeping thread is one wake-up, some tens of microseconds, and what is queued before it.
 * So the connections come gently, one at a time with a rest between them: under full load the number would be
 * the queue's length, which `churn` shows.
 * Look at: the median, and how far p99 is from it. The server measures it: `waitedMs` of its `closed` log lines.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HandOffResult } from '../results.js';
import { models } from '../servers.js';
import type { Bench, SpecialScenario } from './scenario.js';

const THREADS = 4;
/** So many connections are left out: each thread's first ones run code that is not compiled yet. */
const WARM_UP_CONNECTIONS = 200;

export const handOff: SpecialScenario = {
  kind: 'special',
  name: 'hand-off',
  onlyInFull: false,
  async measure(bench) {
    const directory = await mkdtemp(join(tmpdir(), 'handoff-bench-'));
    try {
      const logFile = join(directory, 'log.json');
      await connectGently(bench, logFile);
      return { handOff: summariseWaits(waitsInLog(await readFile(logFile, 'utf8'))) };
    } finally {
      await rm(directory, { recursive: true });
    }
  },
};

async function connectGently(bench: Bench, logFile: string): Promise<void> {
  const contender = models().find(({ name }) => name === 'thread-per-client');
  if (contender === undefined) throw new Error('there is no model thread-per-client');
  const server = await bench.start(contender, {
    clients: THREADS,
    args: ['--log-file', logFile, '--log-connections'],
  });
  await bench.generator.run({
    port: server.port,
    pattern: 'churn',
    clients: 1,
    pauseMs: 1,
    durationMs: 2500,
  });
  await server.stop();
}

/** The waits of all connections that were closed, in the order of the log. */
export function waitsInLog(log: string): number[] {
  return log.split('\n').flatMap((line) => {
    if (!line.includes('"waitedMs"')) return [];
    const entry = JSON.parse(line) as { msg?: unknown; waitedMs?: unknown };
    return entry.msg === 'closed' && typeof entry.waitedMs === 'number' ? [entry.waitedMs] : [];
  });
}

function summariseWaits(waits: readonly number[]): HandOffResult {
  const sorted = waits.slice(WARM_UP_CONNECTIONS).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  const [medianMs, p99Ms, maxMs] = [at(0.5), at(0.99), at(1)];
  if (medianMs === undefined || p99Ms === undefined || maxMs === undefined) {
    throw new Error(`the log tells of ${waits.length} closed connections, too few`);
  }
  return { connections: sorted.length, medianMs, p99Ms, maxMs };
}
