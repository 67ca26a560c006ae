/**
 * One job of several populations at once against one server: short requests beside long ones, sleepers beside workers.
 *
 * Runs in the generator's process and keeps its only thread until the job ends, which is bounded by time in every
 * phase. The phases are those of load-job.ts: open, warm-up, measured window, drain. Each population has an epoll of
 * its own, and this job one that watches those. Read population.ts next: what a population does and what it counts.
 */
import { nowNs, type Clients } from './clients.js';
import { LineExchange } from './line-exchange.js';
import { Population } from './population.js';
import type { PopulationSettings, PopulationsJob, PopulationsResult } from './protocol.js';
import { openSilent } from './silent-clients.js';
import { Epoll } from './sockets.js';
import { measureUsage } from './window.js';

const NS_PER_MS = 1e6;
/** While connections are opened: how long to wait for one before the next, and how many may be unanswered. */
const OPEN_PACE_NS = 2 * NS_PER_MS;
const OPEN_UNANSWERED = 4;
const LONGEST_POLL_MS = 10;

export function runPopulations(job: PopulationsJob): PopulationsResult {
  // Asked before anybody takes the server's time, so that silent clients cannot keep the answer back.
  const exchanges = job.populations.map((population) => exchangeOf(job, population));
  const load = new Load(
    job.populations.map((population, index) => {
      const exchange = exchanges[index];
      if (exchange === undefined) throw new Error('every population has an exchange');
      return new Population(job.port, population, exchange);
    }),
  );
  let silent: Clients | undefined;
  try {
    silent = openSilent(job);
    return load.run(job);
  } finally {
    load.close();
    silent?.closeAll();
  }
}

function exchangeOf({ port, answerLimitMs }: PopulationsJob, { line, answer }: PopulationSettings) {
  if (answer === undefined) return LineExchange.learn(port, line, answerLimitMs);
  return new LineExchange(line, answer);
}

class Load {
  readonly #populations: readonly Population[];
  readonly #epoll = new Epoll();

  constructor(populations: readonly Population[]) {
    this.#populations = populations;
    populations.forEach((population, set) => population.watchFrom(this.#epoll, set));
  }

  run({ warmUpMs, durationMs, answerLimitMs, serverPid }: PopulationsJob): PopulationsResult {
    this.#open();
    for (const population of this.#populations) population.start();
    this.#pollFor(warmUpMs * NS_PER_MS);
    const usage = measureUsage(serverPid, () => {
      for (const population of this.#populations) population.beginWindow();
      this.#pollFor(durationMs * NS_PER_MS);
      for (const population of this.#populations) population.endWindow();
    });
    this.#pollFor(answerLimitMs * NS_PER_MS, () => this.#populations.every(({ awaited }) => awaited === 0));
    return {
      kind: 'populations',
      populations: this.#populations.map((population) => population.result()),
      ...usage,
    };
  }

  close(): void {
    for (const population of this.#populations) population.close();
    this.#epoll.close();
  }

  /**
   * One client after the other, each with one request, so that short listen queues do not drop any. A server that
   * leaves several unanswered (the iterative one must, long requests do) is not waited for: the pace goes on.
   */
  #open(): void {
    let opened = 0;
    const unanswered = () =>
      this.#populations.reduce((left, { answeredClients }) => left - answeredClients, opened);
    for (const population of this.#populations) {
      for (let client = 0; client < population.size; client++) {
        population.open(client);
        opened += 1;
        this.#pollFor(OPEN_PACE_NS, () => unanswered() < OPEN_UNANSWERED);
      }
    }
    this.#pollFor(10 * OPEN_PACE_NS, () => unanswered() === 0);
  }

  #pollFor(durationNs: number, isDone?: () => boolean): void {
    const endNs = nowNs() + durationNs;
    for (let now = nowNs(); now < endNs && isDone?.() !== true; now = nowNs()) {
      const isResting = this.#populations.some((population) => population.isResting);
      const leftMs = Math.ceil((endNs - now) / NS_PER_MS);
      const count = this.#epoll.wait(isResting ? 1 : Math.min(LONGEST_POLL_MS, leftMs));
      for (let event = 0; event < count; event++) this.#populations[this.#epoll.clientAt(event)]?.poll();
      if (isResting) for (const population of this.#populations) population.wake(nowNs());
    }
  }
}
