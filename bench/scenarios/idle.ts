/**
 * Idle: the cost of a connected, silent client, as differences of the server's numbers in /proc.
 * The reference is the warm server before the clients connect; for threads, a server with one
 * thread.
 */
import { freemem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContenderResult, RoundMeasured, ValueName } from '../analysis/experiment.js';
import { formatCount } from '../analysis/numbers.js';
import { errors, valueOf } from '../analysis/measures.js';
import type { HoldResult } from '../generator/protocol/results.js';
import { descriptorLimit, sampleProcess, type ProcessSample } from '../lib/process-stats.js';
import { joined, shown } from '../analysis/sentences.js';
import { modelNamed } from '../contenders/models.js';
import { pidOf, type RunningServer } from '../contenders/contender.js';
import type { Bench, Scenario } from './scenario.js';

const THREADS = 'thread-per-client';
const CLIENTS: Readonly<Record<string, number>> = {
  iterative: 10_000,
  'event-loop': 10_000,
  'worker-event-loops': 10_000,
  [THREADS]: 1000,
};
/** Clients that connect and leave first, so that shared code and tables do not count. */
const PRIMING_CLIENTS = 100;
const SPARE_DESCRIPTORS = 200;
const EXPECTED_BYTES_PER_THREAD = 12e6;
const LIMIT_MS = 60_000;

const bytesPerClient = valueOf('bytesPerClient', {
  label: 'kB per client',
  better: 'lower',
  format: (bytes) => (bytes / 1e3).toFixed(1),
});
const connected = valueOf('connected', { label: 'clients', format: formatCount });
const answered = valueOf('answered', { label: 'answered', format: formatCount });
const perClient = (name: ValueName, label: string) =>
  valueOf(name, { label, better: 'lower', format: (value) => value.toFixed(2) });

export const idle: Scenario = {
  name: 'idle',
  partOf: 'full',
  hasPeers: true,
  participation: 'it measures our own models only',
  question: 'What does a client cost while it is connected and silent?',
  prediction:
    'A client thread is an isolate with a heap, a stack and its modules: megabytes. A connection of the event loop is ' +
    'a socket object and a suspended handler: kilobytes. The iterative server keeps waiting clients in a queue at the ' +
    "same cost, but answers none of them. No number includes the kernel's socket buffers.",
  lookAt:
    'Kilobytes and threads per client, and the number of answers when all clients finally send a request.',
  axis: { label: '', scale: 'none' },
  measures: [
    bytesPerClient,
    perClient('threadsPerClient', 'threads per client'),
    perClient('descriptorsPerClient', 'descriptors per client'),
    connected,
    answered,
    errors,
  ],
  baseline: false,
  plots: [
    {
      name: 'memory',
      title: 'Memory of a silent client',
      measure: bytesPerClient,
      scale: 'log',
      label: 'kB per client',
      unit: 1e3,
    },
  ],
  async measure(bench) {
    const remarks: string[] = [];
    const contenders: ContenderResult[] = [];
    for (const { name, kind } of bench.contenders('echo')) {
      const wanted = CLIENTS[name];
      if (wanted === undefined) continue;
      bench.note(`idle: ${name}`);
      try {
        const measured = await measureIdle(bench, name, wanted, remarks);
        contenders.push({ name, kind, rounds: [{ round: 1, turn: 1, ...measured }] });
      } catch (error) {
        const failed = error instanceof Error ? error.message : String(error);
        contenders.push({ name, kind, failed, rounds: [] });
      }
    }
    const title = 'idle: connected and silent, then one request each';
    return { cases: [{ name: 'idle', title, contenders }], remarks };
  },
  seen: ({ cases: [only] }) =>
    joined(
      ...(only?.contenders ?? []).map(({ name }) => {
        const size = shown(only, bytesPerClient, name);
        if (size === undefined) return '';
        const [all, some] = [
          shown(only, connected, name) ?? '?',
          shown(only, answered, name) ?? '?',
        ];
        return `${name}: ${size} kB for each of ${all} clients; ${some} had an answer.`;
      }),
    ),
};

async function measureIdle(
  bench: Bench,
  name: string,
  wanted: number,
  remarks: string[],
): Promise<RoundMeasured> {
  const { generator } = bench;
  const limits = {
    'open descriptors': descriptorLimit() - SPARE_DESCRIPTORS,
    ...(name === THREADS ? { memory: Math.floor(freemem() / EXPECTED_BYTES_PER_THREAD) } : {}),
  };
  const clients = reduced(name, wanted, limits, remarks);
  const server = await bench.start(modelNamed(name), {
    clients,
    queue: clients,
  });
  const { port } = server;
  const before = name === THREADS ? await ofOneThread(bench) : await primed(bench, server);
  const held = await generator.hold({ port, clients, withRequest: false, limitMs: LIMIT_MS });
  await until(() => sampled(server).descriptors >= before.descriptors + held.connected);
  const silent = sampled(server);
  // Each client must get an answer now, because a connection without service would cost nothing.
  const spoken = await generator.requestOnHeld(name === 'iterative' ? 1000 : LIMIT_MS);
  const after = sampled(server);
  await generator.release();
  await server.stop();
  // The garbage collector decides which of the two is larger.
  const rssBytes = Math.max(silent.rssBytes, after.rssBytes);
  const others = name === THREADS ? held.connected - 1 : held.connected;
  if (others < 1) throw new Error(`only ${held.connected} of ${clients} clients connected`);
  return {
    values: {
      connected: held.connected,
      answered: spoken.answered,
      bytesPerClient: (rssBytes - before.rssBytes) / others,
      threadsPerClient: (after.threads - before.threads) / others,
      descriptorsPerClient: (silent.descriptors - before.descriptors) / others,
    },
    latencies: {},
    // Those of the connects are among them.
    errors: spoken.errors,
  };
}

/** Samples a server with one thread and one client that has had an answer. */
async function ofOneThread(bench: Bench): Promise<ProcessSample> {
  const single = await bench.start(modelNamed(THREADS), { clients: 1 });
  assertAnswered(
    await bench.generator.hold({
      port: single.port,
      clients: 1,
      withRequest: true,
      limitMs: LIMIT_MS,
    }),
    1,
  );
  const sample = sampled(single);
  await bench.generator.release();
  await single.stop();
  return sample;
}

/** The reference of all differences needs right answers. @throws Error without them */
function assertAnswered({ answered: count }: HoldResult, clients: number): void {
  if (count !== clients) throw new Error(`the server answered ${count} of ${clients} clients`);
}

/** Samples a warm server without clients. */
async function primed({ generator }: Bench, server: RunningServer): Promise<ProcessSample> {
  const { port } = server;
  const limitMs = 1000;
  await generator.hold({ port, clients: PRIMING_CLIENTS, withRequest: true, limitMs });
  const { descriptors } = sampled(server);
  await generator.release();
  await until(() => sampled(server).descriptors < descriptors - PRIMING_CLIENTS / 2);
  return sampled(server);
}

/** Reduces the number of clients to the limits of the machine, with a remark for each. */
function reduced(
  name: string,
  wanted: number,
  limits: Readonly<Record<string, number>>,
  remarks: string[],
): number {
  let clients = wanted;
  for (const [what, limit] of Object.entries(limits)) {
    if (limit >= clients) continue;
    remarks.push(`${name}: ${limit} instead of ${wanted} clients: not enough ${what}`);
    clients = Math.max(1, limit);
  }
  return clients;
}

function sampled(server: RunningServer): ProcessSample {
  const pid = pidOf(server);
  const sample = sampleProcess(pid);
  if (sample === undefined) throw new Error(`cannot sample process ${pid}`);
  return sample;
}

/** Polls for at most ten seconds, and then continues in any case. */
async function until(isSo: () => boolean): Promise<void> {
  for (let left = 500; left > 0 && !isSo(); left--) await sleep(20);
}
