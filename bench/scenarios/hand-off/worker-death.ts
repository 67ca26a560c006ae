/**
 * What becomes of the clients when a worker dies: how many of those that are connected still get an
 * answer, and how soon new ones do. In the runner's process, which ends the worker: in our models by
 * a service that does so on request, in peers by a signal. Where a worker cannot die alone, the
 * server dies.
 */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { CaseResult, ContenderResult, RoundResult } from '../../analysis/experiment.js';
import { known } from '../../analysis/measured.js';
import { pidOf, type RunningServer } from '../../contenders/contender.js';
import { monotonicMs } from '../../../src/base/clock.js';
import { settledWithin } from '../../../src/base/settled-within.js';
import { sampleProcesses } from '../../lib/process-stats.js';
import { treeOf } from '../../lib/process-tree.js';
import { LAST_WORDS } from '../../peers/mortal-echo.js';
import { BacklogClients, type Attempt } from '../backlog-clients.js';
import type { Bench } from '../scenario.js';
import type { Way } from './ways.js';

const CLIENTS = 32;
const NEW_CLIENTS = 16;
const ROUNDS = 5;
/** For the answers to all clients; one that takes longer counts as none. */
const LIMIT_MS = 1000;
/** For the end of a worker at the request of one client, and how many clients try. */
const ATTEMPT_LIMIT_MS = 250;
const MOST_ATTEMPTS = 20;
/** For the worker that replaces the dead one, and from its start until it takes clients. */
const REPLACED_LIMIT_MS = 1000;
const READY_MS = 150;
const POLL_MS = 20;
/** The service that ends its thread on request, relative to dist/bench/scenarios/hand-off/. */
const SERVICE = fileURLToPath(new URL('../../peers/mortal-echo.js', import.meta.url));

export async function measureDeaths(bench: Bench, ways: readonly Way[]): Promise<CaseResult> {
  const contenders: ContenderResult[] = [];
  for (const way of ways) {
    bench.note(`hand-off: a worker of ${way.name} dies`);
    contenders.push(await deathsOf(bench, way));
  }
  return {
    name: 'a worker dies',
    title: `hand-off: a worker dies; ${CLIENTS} clients are connected, ${NEW_CLIENTS} come after it`,
    clients: CLIENTS,
    contenders,
  };
}

async function deathsOf(bench: Bench, way: Way): Promise<ContenderResult> {
  const { name, kind } = way;
  const skipped = way.unavailable('echo');
  if (skipped !== undefined) return { name, kind, skipped, rounds: [] };
  const rounds: RoundResult[] = [];
  let server: RunningServer | undefined;
  try {
    for (let round = 1; round <= Math.min(ROUNDS, bench.rounds); round++) {
      if (server === undefined || server.exitReason() !== undefined) {
        await server?.stop();
        server = await start(bench, way);
      }
      const before = sizeOf(server);
      rounds.push({ round, turn: 1, ...(await deathIn(bench, server, kind === 'peer')) });
      await untilReplaced(server, before);
    }
    return { name, kind, rounds };
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    return { name, kind, failed, rounds };
  } finally {
    await server?.stop();
  }
}

/** Threads of all its processes. */
function sizeOf(server: RunningServer): number {
  return sampleProcesses(treeOf(pidOf(server)))?.threads ?? 0;
}

/** Otherwise all clients of the next round would be with the workers that are left. */
async function untilReplaced(server: RunningServer, size: number): Promise<void> {
  const endMs = monotonicMs() + REPLACED_LIMIT_MS;
  while (monotonicMs() < endMs && server.exitReason() === undefined && sizeOf(server) < size)
    await sleep(POLL_MS);
  // A worker takes clients some time after its threads are there.
  if (server.exitReason() === undefined) await sleep(READY_MS);
}

function start(bench: Bench, way: Way): Promise<RunningServer> {
  // A thread for each client, for the one whose thread dies, and for those that come after it.
  const clients = CLIENTS + NEW_CLIENTS + 1;
  const own = way.kind === 'peer' ? {} : ({ service: 'own', module: SERVICE } as const);
  return bench.start(way, { clients, ...own });
}

async function deathIn({ generator }: Bench, server: RunningServer, isPeer: boolean) {
  const { port } = server;
  const held = await generator.hold({
    port,
    clients: CLIENTS,
    withRequest: true,
    limitMs: LIMIT_MS,
  });
  const diedAtMs = await (isPeer ? endByRequestTo(pidOf(server)) : endByClient(port));
  const fresh = new BacklogClients(port, NEW_CLIENTS);
  await settledWithin(fresh.done, LIMIT_MS);
  const waits = fresh.attempts.flatMap(({ answeredAtMs }: Attempt) =>
    answeredAtMs === undefined ? [] : [answeredAtMs - diedAtMs],
  );
  fresh.close();
  const { answered: survivors } = await generator.requestOnHeld(LIMIT_MS);
  await generator.release();
  return {
    values: known({
      connected: held.answered,
      survivors,
      answered: waits.length,
      newClientMs: waits.length === 0 ? undefined : Math.max(...waits),
    }),
    latencies: {},
  };
}

/** The signal at which a peer ends a worker; one without a handler for it dies itself. */
function endByRequestTo(pid: number): Promise<number> {
  const nowMs = monotonicMs();
  process.kill(pid, 'SIGUSR2');
  return Promise.resolve(nowMs);
}

/**
 * Ends a worker. A client may wait behind another one, if the kernel has dealt it to a busy thread:
 * then the next one tries.
 * @throws Error if no worker ended
 */
async function endByClient(port: number): Promise<number> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const endedAtMs = await endOf(port);
    if (endedAtMs !== undefined) return endedAtMs;
  }
  throw new Error(`no worker ended at the request of ${MOST_ATTEMPTS} clients`);
}

/** Resolves when the client has seen the end of its thread; undefined: it was not served. */
function endOf(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(LAST_WORDS));
    const timer = setTimeout(() => {
      // A reset also takes the request back that no thread has read.
      socket.resetAndDestroy();
      resolve(undefined);
    }, ATTEMPT_LIMIT_MS);
    // A reset is an end as well.
    socket
      .on('error', () => undefined)
      .on('close', () => {
        clearTimeout(timer);
        resolve(monotonicMs());
      });
    socket.resume();
  });
}
