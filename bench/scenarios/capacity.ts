/**
 * Question: what does a client cost in memory while it is connected?
 *
 * Theory: a client thread is an isolate with a heap, a stack and its modules: megabytes. A connection of the event
 * loop is a socket object and a suspended handler: kilobytes. The kernel's socket buffers are in neither number.
 * Look at: MB a thread with 1,000 clients at once, all of them answered; kB a client with 10,000 that are idle.
 * Both are differences of the server's resident memory: against the same server with one thread, and against
 * itself before the clients came.
 */
import { freemem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { descriptorLimit, sampleProcess, type ProcessSample } from '../process-stats.js';
import { totalErrors } from '../protocol.js';
import type { CapacityResult } from '../results.js';
import { models, type RunningServer } from '../servers.js';
import type { Bench, SpecialScenario } from './scenario.js';

const THREADS = 1000;
const IDLE_CLIENTS = 10_000;
/** Clients that come and go first, so that code and tables that every client shares are not counted. */
const PRIMING_CLIENTS = 100;
const SPARE_DESCRIPTORS = 200;
const EXPECTED_BYTES_PER_THREAD = 12e6;
const LIMIT_MS = 60_000;

export const capacity: SpecialScenario = {
  kind: 'special',
  name: 'capacity',
  onlyInFull: true,
  async measure(bench) {
    const remarks: string[] = [];
    const parts = {
      ...(await attempt(remarks, 'threads', () => measureThreads(bench, remarks))),
      ...(await attempt(remarks, 'idle', () => measureIdle(bench, remarks))),
    };
    return { capacity: { ...parts, remarks } };
  },
};

async function measureThreads(bench: Bench, remarks: string[]) {
  const mostByMemory = Math.floor(freemem() / EXPECTED_BYTES_PER_THREAD);
  const clients = reduced(THREADS, { memory: mostByMemory, 'open descriptors': mostClients() }, remarks);
  const single = await startModel(bench, 'thread-per-client', 1);
  await bench.generator.hold({ port: single.port, clients: 1, speak: true, limitMs: LIMIT_MS });
  const before = sampled(single);
  await bench.generator.release();
  await single.stop();

  const server = await startModel(bench, 'thread-per-client', clients);
  const hold = await bench.generator.hold({ port: server.port, clients, speak: true, limitMs: LIMIT_MS });
  const after = sampled(server);
  await bench.generator.release();
  await server.stop();
  if (hold.answered < clients) {
    remarks.push(
      `threads: ${hold.answered} of ${clients} clients answered, ${totalErrors(hold.errors)} errors`,
    );
  }
  const threads = after.threads - before.threads;
  return { hold, threads: threads + 1, bytesPerThread: (after.rssBytes - before.rssBytes) / threads };
}

async function measureIdle(bench: Bench, remarks: string[]) {
  const { generator } = bench;
  const clients = reduced(IDLE_CLIENTS, { 'open descriptors': mostClients() }, remarks);
  const server = await startModel(bench, 'event-loop', clients);
  const { port } = server;
  await generator.hold({ port, clients: Math.min(clients, PRIMING_CLIENTS), speak: true, limitMs: LIMIT_MS });
  const primed = sampled(server).descriptors;
  await generator.release();
  await until(() => sampled(server).descriptors < primed - PRIMING_CLIENTS / 2);

  const before = sampled(server);
  const held = await generator.hold({ port, clients, speak: false, limitMs: LIMIT_MS });
  await until(() => sampled(server).descriptors >= before.descriptors + held.connected);
  const idle = sampled(server);
  // Each must be answered now: a connection that nobody serves would cost nothing.
  const spoken = await generator.speak(LIMIT_MS);
  const answered = sampled(server);
  await generator.release();
  await server.stop();
  if (spoken.answered < clients)
    remarks.push(`idle: ${spoken.answered} of ${clients} clients answered at last`);
  return {
    clients: held.connected,
    bytesPerClient: (idle.rssBytes - before.rssBytes) / held.connected,
    bytesPerClientAnswered: (answered.rssBytes - before.rssBytes) / held.connected,
    answered: spoken.answered,
  };
}

async function startModel(bench: Bench, name: string, clients: number): Promise<RunningServer> {
  const contender = models().find((model) => model.name === name);
  if (contender === undefined) throw new Error(`there is no model ${name}`);
  return bench.start(contender, { clients });
}

/** One part that fails is remarked, and the other is measured all the same. */
async function attempt<Part extends 'threads' | 'idle'>(
  remarks: string[],
  part: Part,
  measure: () => Promise<NonNullable<CapacityResult[Part]>>,
): Promise<Pick<CapacityResult, Part>> {
  try {
    return { [part]: await measure() } as Pick<CapacityResult, Part>;
  } catch (error) {
    remarks.push(`${part}: ${error instanceof Error ? error.message : String(error)}`);
    return {} as Pick<CapacityResult, Part>;
  }
}

function reduced(wanted: number, limits: Readonly<Record<string, number>>, remarks: string[]): number {
  let clients = wanted;
  for (const [what, most] of Object.entries(limits)) {
    if (most >= clients) continue;
    remarks.push(`${wanted} clients reduced to ${most}: not enough ${what}`);
    clients = Math.max(1, most);
  }
  return clients;
}

function mostClients(): number {
  return descriptorLimit() - SPARE_DESCRIPTORS;
}

function sampled(server: RunningServer): ProcessSample {
  const sample = sampleProcess(server.pid);
  if (sample === undefined) throw new Error(`nothing is known of process ${server.pid}`);
  return sample;
}

/** Looks again and again for what the server does in its own time, for at most ten seconds. */
async function until(isSo: () => boolean): Promise<void> {
  for (let left = 500; left > 0 && !isSo(); left--) await sleep(20);
}
