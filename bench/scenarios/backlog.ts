/**
 * A full accept queue: the server's process stands still (SIGSTOP) while clients connect, and goes on afterwards.
 *
 * While it stands still its kernel completes handshakes for it, as many as the queue holds that the server has asked
 * for with listen(2): https://man7.org/linux/man-pages/man2/listen.2.html. The overflows are the kernel's own counters;
 * they are of the whole network namespace, so other servers' overflows would be among them.
 *
 * A round takes seconds, whatever --duration says, and its numbers are counts and TCP's timers: a few rounds will do.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { BACKLOG } from '../../src/server/acceptor.js';
import { monotonicMs } from '../../src/base/clock.js';
import { BacklogClients, type Attempt } from './backlog-clients.js';
import type { CaseResult, RoundMeasured } from '../analysis/experiment.js';
import { formatCount } from '../analysis/numbers.js';
import { Histogram } from '../lib/histogram.js';
import { acceptQueueLength, listenCounters, somaxconn } from '../lib/listen-queue.js';
import { known } from '../analysis/measured.js';
import { longest, percentile, valueOf } from '../analysis/measures.js';
import { descriptorLimit } from '../lib/process-stats.js';
import { joined, numberOf, shown } from '../analysis/sentences.js';
import type { RunningServer } from '../contenders/contender.js';
import type { Case, Scenario } from './scenario.js';

const FULL = '1.5 × the backlog';
const SIZES = [
  { name: 'half the backlog', share: 0.5 },
  { name: FULL, share: 1.5 },
];
const MOST_ROUNDS = 3;
/** Less than the second after which a SYN is first sent again. */
const STANDSTILL_MS = 600;
/** The SYN of whoever is unlucky several times comes after 1, 2, 3, 4 … s, on older kernels 1, 3, 7 s. */
const LIMIT_MS = 15_000;
const WARM_UP_CLIENTS = 200;
const THREADS = 16;
const SPARE_DESCRIPTORS = 200;

const count = (name: string, label: string) => valueOf(name, { label, format: formatCount });
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
    'What becomes of clients who come while the server does not accept, and what if its queue is full?',
  prediction:
    'The kernel completes handshakes without the server until the accept queue is full, which holds one more than the ' +
    'backlog (the smaller of what listen(2) asked for and net.core.somaxconn). Further SYNs are dropped without a word, ' +
    "and counted: TCP's answer to a lost SYN is patience (RFC 6298: again after 1 s). So whoever found the queue " +
    'full waits for its own timer, however soon the server goes on. The model makes no difference to all that: as soon ' +
    "as main runs, it moves everybody from the kernel's queue into the acceptor's, and who is served next is decided there.",
  lookAt:
    'Connected while the server stood still, of how many; overflows; and how long after it went on the last one was ' +
    'answered, of those in the queue and of those who found it full. Served: nobody may be forgotten.',
  axis: { label: '', scale: 'none' },
  measures: [
    completed,
    clients,
    count('acceptQueue', 'in the queue'),
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
      title: 'From the server’s going on to the last answer',
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
      if (many <= most) return [standstill(name, many)];
      remarks.push(`${name}: left out, ${formatCount(many)} clients need more open descriptors`);
      return [];
    });
    return { cases: await bench.compare(cases, bench.contenders('echo')), remarks };
  },
  seen: ({ cases }) => joined(...cases.map(seenOf)),
};

function standstill(name: string, many: number): Case {
  return {
    name,
    title: `backlog: ${formatCount(many)} clients at once, ${name}, while the server stands still`,
    clients: many,
    needs: { clients: many, threads: THREADS, args: ['--queue', String(many)] },
    mostRounds: MOST_ROUNDS,
    mostWarmUps: 0,
    async check(_generator, { port }) {
      const crowd = new BacklogClients(port, WARM_UP_CLIENTS);
      await within(LIMIT_MS, crowd.done);
      crowd.leave();
    },
    load: (_generator, server) => measureRound(server, many),
  };
}

async function measureRound({ pid, port }: RunningServer, many: number): Promise<RoundMeasured> {
  const before = listenCounters();
  process.kill(pid, 'SIGSTOP');
  try {
    await until(() => isStopped(pid), `process ${pid} does not stop`);
    const crowd = new BacklogClients(port, many);
    await sleep(STANDSTILL_MS);
    const acceptQueue = acceptQueueLength(port) ?? 0;
    // On a busy machine, hearing of thousands of connections takes this process longer than making them.
    await until(
      () => crowd.connected >= acceptQueue,
      `clients do not hear of their connections to port ${port}`,
    );
    const completedHandshakes = crowd.connected;
    const goesOnAtMs = monotonicMs();
    process.kill(pid, 'SIGCONT');
    await within(LIMIT_MS, crowd.done);
    crowd.leave();
    const after = listenCounters();
    return {
      values: known({
        clients: many,
        completedHandshakes,
        acceptQueue,
        listenOverflows: after.overflows - before.overflows,
        listenDrops: after.drops - before.drops,
        clientsServed: crowd.visits.filter(({ answeredAtMs }) => answeredAtMs !== undefined).length,
      }),
      latencies: waitsOf(crowd.visits, goesOnAtMs),
    };
  } finally {
    // Whatever happened it must go on, or it could not even be stopped in order. A second time changes nothing.
    process.kill(pid, 'SIGCONT');
  }
}

/** From the moment that the server goes on: of those who were connected by then, and of the others. */
function waitsOf(visits: readonly Attempt[], goesOnAtMs: number): RoundMeasured['latencies'] {
  const waits = { all: new Histogram(), [queued]: new Histogram(), [late]: new Histogram() };
  for (const { connectedAtMs = Infinity, answeredAtMs } of visits) {
    if (answeredAtMs === undefined) continue;
    const waitNs = Math.max(0, answeredAtMs - goesOnAtMs) * 1e6;
    waits.all.record(waitNs);
    waits[connectedAtMs <= goesOnAtMs ? queued : late].record(waitNs);
  }
  return Object.fromEntries(Object.entries(waits).map(([name, waited]) => [name, waited.toJSON()]));
}

/** A signal is on its way for a moment; a server that goes on accepting meanwhile would spoil the round. */
function isStopped(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
}

/** Looks again and again, for at most ten seconds. */
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
    const [connected, full] = [shown(one, completed, name) ?? '?', numberOf(one, overflows, name) ?? 0];
    const [inQueue, found] = [shown(one, longest(queued), name), shown(one, longest(late), name)];
    const missing = all - (numberOf(one, answered, name) ?? 0);
    return [
      `${name}: ${connected} of ${formatCount(all)} connected, ${full === 0 ? 'no' : formatCount(full)} overflows` +
        (inQueue === undefined ? '' : `; who was queued was answered within ${inQueue}`) +
        (found === undefined ? '' : `, who found the queue full within ${found}`) +
        `; ${missing === 0 ? 'all were served' : `${formatCount(missing)} were not served`}.`,
    ];
  });
  return parts.length === 0 ? '' : `${one.name}: ${parts.join(' ')}`;
}
