/**
 * The closed loop: clients each of which asks again when it has been answered and has rested. One population of them,
 * or several at once against one server: short requests beside long ones, sleepers beside workers.
 *
 * Runs in the generator's process, for load.ts and populations.ts; phases.ts tells in which order. Each
 * population has an epoll of its own. Several are watched by one more; a single one is polled itself, because that
 * saves a system call for each batch of answers. Read population.ts next: what a client does and what is counted.
 */
import type { Clients } from '../sockets/clients.js';
import { NS_PER_MS } from '../../lib/clock.js';
import type { PopulationsJob } from '../protocol/jobs.js';
import { openCalmly, type Openable } from './opening.js';
import { pollFor, runLoad, type Load, type Phase, type Pollable } from './phases.js';
import { RESTING_POLL_MS, type Population } from './population.js';
import type { Usage } from '../protocol/answers.js';
import { openSilent } from './silent-clients.js';
import { Epoll } from '../sockets/epoll.js';

type ClosedLoopJob = Omit<PopulationsJob, 'kind' | 'populations'>;

/** The job's silent clients come first. When all is over the populations are closed, and have their results. */
export function runClosedLoop(populations: readonly Population[], job: ClosedLoopJob): Usage {
  return runLoad(new ClosedLoop(populations, job), job);
}

class ClosedLoop implements Load, Openable {
  readonly size: number;
  readonly #populations: readonly Population[];
  readonly #job: ClosedLoopJob;
  readonly #connections: Population | Together;
  #silent: Clients | undefined;

  constructor(populations: readonly Population[], job: ClosedLoopJob) {
    this.#populations = populations;
    this.#job = job;
    this.size = populations.reduce((sum, { size }) => sum + size, 0);
    const [first, ...others] = populations;
    this.#connections = first !== undefined && others.length === 0 ? first : new Together(populations);
  }

  get firstAnswers(): number {
    return this.#populations.reduce((sum, { answeredClients }) => sum + answeredClients, 0);
  }

  get isAnyWaiting(): boolean {
    return this.#populations.some((population) => population.isAnyWaiting);
  }

  open(): void {
    this.#silent = openSilent(this.#job);
    openCalmly(this);
  }

  openOne(client: number): void {
    let index = client;
    for (const population of this.#populations) {
      if (index < population.size) {
        population.open(index);
        return;
      }
      index -= population.size;
    }
  }

  enter(phase: Exclude<Phase, 'open'>): void {
    for (const population of this.#populations) population.enter(phase);
  }

  loadFor(durationNs: number): void {
    pollFor(this.#connections, durationNs);
  }

  drain(): void {
    const limitNs = this.#job.answerLimitMs * NS_PER_MS;
    pollFor(this.#connections, limitNs, () => this.#populations.every(({ awaited }) => awaited === 0));
  }

  close(): void {
    for (const population of this.#populations) population.close();
    if (this.#connections instanceof Together) this.#connections.close();
    this.#silent?.closeAll();
  }

  poll(timeoutMs: number): void {
    this.#connections.poll(timeoutMs);
  }
}

/** Several populations that are polled as one. */
class Together implements Pollable {
  readonly #populations: readonly Population[];
  readonly #epoll = new Epoll();

  constructor(populations: readonly Population[]) {
    this.#populations = populations;
    populations.forEach((population, set) => population.watchFrom(this.#epoll, set));
  }

  poll(timeoutMs: number): void {
    const isResting = this.#populations.some((population) => population.isResting);
    const count = this.#epoll.wait(isResting ? Math.min(timeoutMs, RESTING_POLL_MS) : timeoutMs);
    for (let event = 0; event < count; event++) this.#populations[this.#epoll.clientAt(event)]?.poll(0);
    if (isResting) for (const population of this.#populations) population.wake();
  }

  close(): void {
    this.#epoll.close();
  }
}
