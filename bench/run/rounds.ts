/**
 * One case: all contenders' servers stand at once, and take turns under load, round by round.
 *
 * Interleaving is what makes the ratios worth something: a machine that slows down for ten seconds slows all of
 * them. The order is drawn anew for every round, so that nobody is always the one after the noisiest.
 * Runs in the runner's process; run.ts calls it, bench/analysis/estimates.ts reads what it gives.
 */
import type { CaseResult, ContenderResult, RoundResult } from '../analysis/experiment.js';
import { isSteady } from '../analysis/intervals.js';
import type { Generator } from '../generator/handle.js';
import type { Case } from '../scenarios/scenario.js';
import type { Contender, RunningServer, ServerNeeds } from '../contenders/contender.js';

export interface RoundPlan {
  readonly rounds: number;
  readonly roundMs: number;
  /** In place of `rounds`, where a case's window must be longer than `roundMs`. */
  readonly longRounds: number;
  /** Before each measured window. */
  readonly roundWarmUpMs: number;
  /** Before the first round of each server: loads of this length until the rate is steady, at most so many. */
  readonly warmUp: { readonly loadMs: number; readonly mostLoads: number };
  readonly start: (contender: Contender, needs: ServerNeeds) => Promise<RunningServer>;
  readonly onStep: (doing: string) => void;
}

/** What is being found out about one contender. */
interface Entry {
  readonly contender: Contender;
  server?: RunningServer;
  skipped?: string;
  failed?: string;
  unsteady?: true;
  readonly rounds: RoundResult[];
}

export async function runCase(
  generator: Generator,
  it: Case,
  contenders: readonly Contender[],
  plan: RoundPlan,
): Promise<CaseResult> {
  const { name, title, x, clients, closedLoop } = it;
  const entries = contenders.map((contender): Entry => ({ contender, rounds: [] }));
  try {
    for (const entry of entries) {
      plan.onStep(`${title}: ${entry.contender.name}`);
      await guarded(entry, () => makeReady(generator, entry, it, plan));
    }
    const durationMs = Math.max(plan.roundMs, it.leastMs ?? 0);
    const wanted = durationMs > plan.roundMs ? plan.longRounds : plan.rounds;
    const rounds = Math.min(wanted, it.mostRounds ?? Infinity);
    for (let round = 1; round <= rounds; round++) {
      let turn = 0;
      for (const entry of shuffled(entries)) {
        const { server } = entry;
        if (server === undefined || entry.failed !== undefined) continue;
        turn += 1;
        await guarded(entry, async () => {
          const window = { warmUpMs: plan.roundWarmUpMs, durationMs, isWarmUp: false };
          const measured = await it.load(generator, server, window);
          assertRuns(server);
          entry.rounds.push({ round, turn, ...measured });
        });
      }
    }
  } finally {
    await Promise.all(entries.map(async ({ server }) => server?.stop()));
  }
  return {
    name,
    title,
    ...(x === undefined ? {} : { x }),
    ...(clients === undefined ? {} : { clients }),
    ...(closedLoop ? { closedLoop } : {}),
    contenders: entries.map(resultOf),
  };
}

/** Starts the server, asserts one right answer, and heats its code. */
async function makeReady(generator: Generator, entry: Entry, it: Case, plan: RoundPlan): Promise<void> {
  const { contender } = entry;
  const reason = it.leftOut?.[contender.name] ?? contender.unavailable(it.needs.service ?? 'echo');
  if (reason !== undefined) {
    entry.skipped = reason;
    return;
  }
  const server = await plan.start(contender, it.needs);
  entry.server = server;
  await it.check?.(generator, server);
  const least = it.leastWarmUps?.[contender.name] ?? 0;
  if (!(await warmUp(generator, server, it, least, plan))) entry.unsteady = true;
}

/**
 * Loads the server until its rate is steady. Each load is over new connections: V8 gives up some of what it has
 * compiled when it first sees a client leave.
 * @returns whether it became steady
 */
async function warmUp(
  generator: Generator,
  server: RunningServer,
  it: Case,
  least: number,
  plan: RoundPlan,
): Promise<boolean> {
  const { loadMs, mostLoads } = plan.warmUp;
  const most = it.mostWarmUps ?? mostLoads;
  const rates: number[] = [];
  while (rates.length < most) {
    const { values } = await it.load(generator, server, { warmUpMs: 0, durationMs: loadMs, isWarmUp: true });
    assertRuns(server);
    rates.push(values['requestsPerSecond'] ?? 0);
    if (rates.length >= least && isSteady(rates)) return true;
  }
  return most === 0;
}

/** Who is dead refuses everybody, which would pass for a round in which nothing was answered. */
function assertRuns(server: RunningServer): void {
  const how = server.exitReason();
  if (how !== undefined) throw new Error(`its server ended in the middle of the case (${how})`);
}

/** A contender that fails is out of the case, with its reason in the table; the others go on. */
async function guarded(entry: Entry, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    entry.failed = error instanceof Error ? error.message : String(error);
  }
}

function resultOf({ contender, skipped, failed, unsteady, rounds }: Entry): ContenderResult {
  return {
    name: contender.name,
    kind: contender.kind,
    ...(skipped === undefined ? {} : { skipped }),
    ...(failed === undefined ? {} : { failed }),
    ...(unsteady ? { unsteady } : {}),
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
