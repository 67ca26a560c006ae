/**
 * Runs one case: the servers of all contenders are up at the same time and take turns under load.
 *
 * Interleaving makes the ratios reliable: a machine that slows down for ten seconds slows all
 * contenders. Each round has a random order, so that no contender always follows the same one. Runs
 * in the runner's process; run.ts calls it, bench/analysis/estimates.ts reads the result.
 */
import type { CaseResult, ContenderResult, RoundResult } from '../analysis/experiment.js';
import { isSteady } from '../analysis/intervals.js';
import type { Generator } from '../generator/handle.js';
import type { Case } from '../scenarios/scenario.js';
import type { Contender, RunningServer, ServerNeeds } from '../contenders/contender.js';

export interface RoundPlan {
  readonly rounds: number;
  readonly roundMs: number;
  /** Replaces `rounds` if a case needs a longer window than `roundMs`. */
  readonly longRounds: number;
  /** Load before each measured window. */
  readonly roundWarmUpMs: number;
  /** Before the first round of a server: loads until the rate is steady, at most `maxLoads`. */
  readonly warmUp: { readonly loadMs: number; readonly maxLoads: number };
  readonly start: (contender: Contender, needs: ServerNeeds) => Promise<RunningServer>;
  readonly onStep: (doing: string) => void;
}

/** One contender during the case. */
interface Entry {
  readonly contender: Contender;
  server?: RunningServer;
  skipped?: string;
  failed?: string;
  unsteady?: true;
  readonly rounds: RoundResult[];
}

/** Never rejects because of a contender: a failure is part of the result. */
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
    const durationMs = Math.max(plan.roundMs, it.minWindowMs ?? 0);
    const wanted = durationMs > plan.roundMs ? plan.longRounds : plan.rounds;
    const rounds = Math.min(wanted, it.maxRounds ?? Infinity);
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

/** Starts the server, checks one answer, and warms up its code. */
async function makeReady(
  generator: Generator,
  entry: Entry,
  it: Case,
  plan: RoundPlan,
): Promise<void> {
  const { contender } = entry;
  const reason = it.leftOut?.[contender.name] ?? contender.unavailable(it.needs.service ?? 'echo');
  if (reason !== undefined) {
    entry.skipped = reason;
    return;
  }
  const server = await plan.start(contender, it.needs);
  entry.server = server;
  await it.check?.(generator, server);
  const least = it.minWarmUps?.[contender.name] ?? 0;
  if (!(await warmUp(generator, server, it, least, plan))) entry.unsteady = true;
}

/**
 * Loads the server until its rate is steady. Each load uses new connections, because V8 discards
 * some compiled code when a client leaves for the first time.
 * @returns false if the rate never became steady
 */
async function warmUp(
  generator: Generator,
  server: RunningServer,
  it: Case,
  least: number,
  plan: RoundPlan,
): Promise<boolean> {
  const { loadMs, maxLoads } = plan.warmUp;
  const limit = it.maxWarmUps ?? maxLoads;
  const rates: number[] = [];
  while (rates.length < limit) {
    const { values } = await it.load(generator, server, {
      warmUpMs: 0,
      durationMs: loadMs,
      isWarmUp: true,
    });
    assertRuns(server);
    rates.push(values.requestsPerSecond ?? 0);
    if (rates.length >= least && isSteady(rates)) return true;
  }
  return limit === 0;
}

/** A dead server refuses every connection, which would look like a round without answers. */
function assertRuns(server: RunningServer): void {
  const how = server.exitReason();
  if (how !== undefined) throw new Error(`the server ended during the case (${how})`);
}

/** Records the error of a contender, which then leaves the case; the others continue. */
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

/** The shuffle of Fisher and Yates. */
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
