/**
 * Backlog: the kernel's accept queue is full. The server's process is stopped (SIGSTOP) while clients connect,
 * and then continued.
 *
 * Meanwhile the kernel completes handshakes up to the queue length of listen(2):
 * https://man7.org/linux/man-pages/man2/listen.2.html. The overflows are counters of the kernel for
 * the whole network namespace, so they include those of other servers.
 *
 * A round takes seconds and ignores --duration. Its numbers are counts and TCP's timers, so a few
 * rounds are enough.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { BACKLOG } from '../../src/serving/listener-options.js';
import { monotonicMs } from '../../src/base/clock.js';
import { TIME_WORDS } from '../../src/serving/time-words.js';
import { BacklogClients, type Attempt } from './backlog-clients.js';
import type { CaseResult, RoundMeasured, ValueName } from '../analysis/experiment.js';
import { formatCount } from '../analysis/numbers.js';
import { Histogram } from '../../src/base/histogram.js';
import { acceptQueueLength } from '../../src/base/accept-queue.js';
import { listenCounters, somaxconn } from '../lib/listen-queue.js';
import { known } from '../analysis/measured.js';
import { longest, percentile, valueOf } from '../analysis/measures.js';
import { descriptorLimit } from '../lib/process-stats.js';
import { joined, numberOf, shown } from '../analysis/sentences.js';
import { pidOf, type RunningServer } from '../contenders/contender.js';
import type { Case, Scenario } from './scenario.js';

const FULL = '1.5 × the backlog';
const SIZES = [
  { name: 'half the backlog', share: 0.5 },
  { name: FULL, share: 1.5 },
];
const MAX_ROUNDS = 3;
/** Shorter than the second after which a client first retransmits its SYN. */
const STOPPED_MS = 600;
/** A client retransmits its SYN after 1, 2, 3, 4 … s, on older kernels after 1, 3, 7 s. */
const LIMIT_MS = 15_000;
const WARM_UP_CLIENTS = 200;
const THREADS = 16;
const SPARE_DESCRIPTORS = 200;

const count = (name: ValueName, label: string) => valueOf(name, { label, format: formatCount });
const clients = count('clients', 'clients');
const completed = count('completedHandshakes', 'connected');
const overflows = count('listenOverflows', 'overflows');
const answered = count('clientsServed', 'served');
const queued = 'queued';
const late = 'late';

export const backlog: Scenario = {
  name: 'backlog',
  partOf: 'full',
  question:
    'What happens to clients that connect while the server does not accept, and what if the backlog is full?',
  prediction:
    'The kernel completes handshakes without the server until the backlog is full. It holds one more than its size: ' +
    'the smaller of the argument of listen(2) and net.core.somaxconn. The kernel silently drops and counts further ' +
    'SYNs, and the client retransmits after 1 s (RFC 6298). So a client that finds the backlog full waits for its own ' +
    'timer, even if the server continues at once. The model makes no difference: the main thread moves all clients ' +
    "from the backlog to the server's queue, which decides the order of serving.",
  lookAt:
    'Clients connected while the server was stopped; overflows; the time from its continuation to the last answer, ' +
    `for clients ${TIME_WORDS.backlog} and for those that found it full; served, which must be all clients.`,
  axis: { label: '', scale: 'none' },
  measures: [
    completed,
    clients,
    count('acceptQueue', TIME_WORDS.backlog),
    overflows,
    count('listenDrops', 'drops'),
    percentile(50, queued),
    longest(queued),
    percentile(50, late),
    longest(late),
    answered,
  ],
  baseline: false,
  plots: [
    {
      name: 'wait',
      title: 'From the continuation of the server to the last answer',
      measure: longest(),
      scale: 'log',
      label: 'ms',
      unit: 1e6,
    },
  ],
  async measure(bench) {
    const size = Math.min(BACKLOG, somaxconn() ?? BACKLOG);
    const remarks = [
      `The models ask for a backlog of ${formatCount(BACKLOG)}; net.core.somaxconn allows ${formatCount(somaxconn() ?? BACKLOG)}.`,
    ];
    const most = descriptorLimit() - SPARE_DESCRIPTORS;
    const cases = SIZES.flatMap(({ name, share }) => {
      const many = Math.ceil(size * share);
      if (many <= most) return [stoppedCase(name, many)];
      remarks.push(
        `${name}: left out, because ${formatCount(many)} clients need more open descriptors`,
      );
      return [];
    });
    return { cases: await bench.compare(cases, bench.contenders('echo')), remarks };
  },
  seen: ({ cases }) => joined(...cases.map(seenOf)),
};

function stoppedCase(name: string, many: number): Case {
  return {
    name,
    title: `backlog: ${formatCount(many)} clients at once, ${name}, while the server is stopped`,
    clients: many,
    needs: { clients: many, threads: THREADS, queue: many },
    maxRounds: MAX_ROUNDS,
    maxWarmUps: 0,
    async check(_generator, { port }) {
      const backlogClients = new BacklogClients(port, WARM_UP_CLIENTS);
      await within(LIMIT_MS, backlogClients.done);
      backlogClients.close();
    },
    load: (_generator, server) => measureRound(server, many),
  };
}

async function measureRound(server: RunningServer, many: number): Promise<RoundMeasured> {
  const { port } = server;
  const pid = pidOf(server);
  const before = listenCounters();
  process.kill(pid, 'SIGSTOP');
  try {
    await until(() => isStopped(pid), `process ${pid} did not stop`);
    const backlogClients = new BacklogClients(port, many);
    await sleep(STOPPED_MS);
    const acceptQueue = acceptQueueLength(port) ?? 0;
    // On a busy machine, this process needs longer to see thousands of connections than the kernel
    // to make them.
    await until(
      () => backlogClients.connected >= acceptQueue,
      `clients did not see their connections to port ${port}`,
    );
    const completedHandshakes = backlogClients.connected;
    const continuedAtMs = monotonicMs();
    process.kill(pid, 'SIGCONT');
    await within(LIMIT_MS, backlogClients.done);
    backlogClients.close();
    const after = listenCounters();
    return {
      values: known({
        clients: many,
        completedHandshakes,
        acceptQueue,
        listenOverflows: after.overflows - before.overflows,
        listenDrops: after.drops - before.drops,
        clientsServed: backlogClients.attempts.filter(
          ({ answeredAtMs }) => answeredAtMs !== undefined,
        ).length,
      }),
      latencies: waitsOf(backlogClients.attempts, continuedAtMs),
    };
  } finally {
    // A stopped process cannot shut down, so it is continued after an error, too. A second SIGCONT
    // has no effect.
    process.kill(pid, 'SIGCONT');
  }
}

/** Measures from the continuation of the server, apart for clients that were connected by then. */
function waitsOf(attempts: readonly Attempt[], continuedAtMs: number): RoundMeasured['latencies'] {
  const waits = { all: new Histogram(), [queued]: new Histogram(), [late]: new Histogram() };
  for (const { connectedAtMs = Infinity, answeredAtMs } of attempts) {
    if (answeredAtMs === undefined) continue;
    const waitNs = Math.max(0, answeredAtMs - continuedAtMs) * 1e6;
    waits.all.record(waitNs);
    waits[connectedAtMs <= continuedAtMs ? queued : late].record(waitNs);
  }
  return Object.fromEntries(Object.entries(waits).map(([name, waited]) => [name, waited.toJSON()]));
}

/** A signal takes a moment; a server that still accepts would spoil the round. */
function isStopped(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
}

/** Polls for at most ten seconds. */
async function until(isSo: () => boolean, complaint: string): Promise<void> {
  for (let left = 1000; !isSo(); left--) {
    if (left === 0) throw new Error(complaint);
    await sleep(10);
  }
}

async function within(limitMs: number, it: Promise<void>): Promise<void> {
  const limit = new AbortController();
  const late = sleep(limitMs, undefined, { signal: limit.signal }).catch(() => undefined);
  await Promise.race([it, late]);
  limit.abort();
}

function seenOf(one: CaseResult): string {
  const parts = one.contenders.flatMap(({ name }) => {
    const all = numberOf(one, clients, name);
    if (all === undefined) return [];
    const [connected, full] = [
      shown(one, completed, name) ?? '?',
      numberOf(one, overflows, name) ?? 0,
    ];
    const [inQueue, found] = [shown(one, longest(queued), name), shown(one, longest(late), name)];
    const missing = all - (numberOf(one, answered, name) ?? 0);
    return [
      `${name}: ${connected} of ${formatCount(all)} connected, ${full === 0 ? 'no' : formatCount(full)} overflows` +
        (inQueue === undefined
          ? ''
          : `; clients ${TIME_WORDS.backlog} had their answer within ${inQueue}`) +
        (found === undefined ? '' : `, clients that found it full within ${found}`) +
        `; ${missing === 0 ? 'all were served' : `${formatCount(missing)} were not served`}.`,
    ];
  });
  return parts.length === 0 ? '' : `${one.name}: ${parts.join(' ')}`;
}
