/**
 * One load case: all contenders' servers stand at once, and take turns under load, round by round.
 *
 * Interleaving is what makes the ratios worth something: a machine that slows down for ten seconds slows all of
 * them. The order is drawn anew for every round, so that nobody is always the one after the noisiest.
 * Runs in the runner's process; run.ts calls it, statistics.ts reads what it gives.
 */
import type { Generator } from './load.js';
import { totalErrors, type LoadResult } from './protocol.js';
import type { CaseResult, ContenderResult, LoadCase, RoundResult } from './results.js';
import type { Bench, LoadScenario } from './scenarios/scenario.js';
import type { Contender, RunningServer } from './servers.js';

/** Several loads, each over new connections: V8 gives up some of what it has compiled when it first sees a client leave. */
export interface WarmUp {
  readonly loads: number;
  readonly loadMs: number;
}

export interface RoundPlan {
  readonly rounds: number;
  readonly roundMs: number;
  /** Before each measured window: the connections are new, the server's code is hot already. */
  readonly roundWarmUpMs: number;
  /** Before the first round of each server, and discarded. */
  readonly warmUp: (contender: Contender, loadCase: LoadCase) => WarmUp;
  /** Called at each step; a case has (rounds + 1) steps a contender. */
  readonly onStep: (doing: string) => void;
}

/** What is being found out about one contender. */
interface Entry {
  readonly contender: Contender;
  server?: RunningServer;
  skipped?: string;
  failed?: string;
  readonly rounds: RoundResult[];
}

export async function runCase(
  bench: Bench,
  scenario: LoadScenario,
  loadCase: LoadCase,
  contenders: readonly Contender[],
  plan: RoundPlan,
): Promise<CaseResult> {
  const entries = contenders.map((contender): Entry => ({ contender, rounds: [] }));
  try {
    for (const entry of entries) {
      plan.onStep(`${loadCase.scenario}, ${loadCase.clients} clients: ${entry.contender.name}`);
      await guarded(entry, () => makeReady(bench, entry, scenario, loadCase, plan));
    }
    for (let round = 1; round <= plan.rounds; round++) {
      let turn = 0;
      for (const entry of shuffled(entries)) {
        plan.onStep(`${loadCase.scenario}, ${loadCase.clients} clients: ${entry.contender.name}`);
        const { server } = entry;
        if (server === undefined || entry.failed !== undefined) continue;
        turn += 1;
        await guarded(entry, async () => {
          const { roundMs, roundWarmUpMs } = plan;
          const result = await load(bench.generator, server, loadCase, roundWarmUpMs, roundMs);
          entry.rounds.push({ round, turn, ...result });
        });
      }
    }
  } finally {
    await Promise.all(entries.map(async ({ server }) => server?.stop()));
  }
  return { ...loadCase, contenders: entries.map(resultOf) };
}

/** Starts the server, asserts one right answer, and heats its code. */
async function makeReady(
  bench: Bench,
  entry: Entry,
  { service, leftOut }: LoadScenario,
  loadCase: LoadCase,
  plan: RoundPlan,
): Promise<void> {
  const { contender } = entry;
  const reason = leftOut?.[contender.name] ?? contender.unavailable(service);
  if (reason !== undefined) {
    entry.skipped = reason;
    return;
  }
  const clients = loadCase.clients + loadCase.silentClients;
  const server = await bench.start(contender, { service, clients });
  entry.server = server;
  // A page is checked and a chat is joined at the start of every job.
  if (service === 'echo') await checkEcho(bench.generator, server);
  const { loads, loadMs } = plan.warmUp(contender, loadCase);
  for (let done = 0; done < loads; done++) {
    await load(bench.generator, server, { ...loadCase, silentClients: 0 }, 0, loadMs);
  }
}

async function checkEcho(generator: Generator, { port }: RunningServer): Promise<void> {
  const probe = await generator.hold({ port, clients: 1, speak: true, limitMs: 5000 });
  await generator.release();
  if (probe.answered !== 1 || totalErrors(probe.errors) > 0)
    throw new Error('no right answer to one request');
}

async function load(
  generator: Generator,
  server: RunningServer,
  { pattern, clients, senders, silentClients, messageBytes }: LoadCase,
  warmUpMs: number,
  durationMs: number,
): Promise<LoadResult> {
  return generator.run({
    port: server.port,
    serverPid: server.pid,
    pattern,
    clients,
    senders,
    silentClients,
    messageBytes,
    warmUpMs,
    durationMs,
  });
}

/** A contender that fails is out of the case, with its reason in the table; the others go on. */
async function guarded(entry: Entry, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    entry.failed = error instanceof Error ? error.message : String(error);
  }
}

function resultOf({ contender, skipped, failed, rounds }: Entry): ContenderResult {
  return {
    name: contender.name,
    kind: contender.kind,
    ...(skipped === undefined ? {} : { skipped }),
    ...(failed === undefined ? {} : { failed }),
    rounds,
  };
}

/** Fisher and Yates. */
function shuffled<Item>(items: readonly Item[]): Item[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    const item = order[last] as Item;
    order[last] = order[other] as Item;
    order[other] = item;
  }
  return order;
}
