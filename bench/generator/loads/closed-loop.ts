/**
 * The closed loop: each client sends its next request after the last answer and a think time.
 *
 * Runs in the load process, for two jobs: `load` has one population of clients, `populations`
 * several against one server, such as short requests beside long ones. Each population has an epoll
 * of its own. Several are watched by one more; a single one is polled directly, which saves a
 * system call per batch. Read next: population.ts, which says what a client does and what is
 * counted.
 */
import { NS_PER_MS, nowNs } from '../../lib/clock.js';
import type { LoadJob, PopulationSettings, PopulationsJob } from '../protocol/jobs.js';
import type { LoadResult, PopulationsResult } from '../protocol/results.js';
import type { Clients } from '../sockets/clients.js';
import { exchangeOf } from '../sockets/content.js';
import { Epoll } from '../sockets/epoll.js';
import type { Exchange } from '../sockets/exchange.js';
import { learnLineExchange, lineExchange } from '../sockets/line-exchange.js';
import { learnWebExchange } from '../sockets/web-exchange.js';
import {
  ANSWER_LIMIT_MS,
  openPaced,
  pollFor,
  runLoad,
  type Load,
  type Openable,
  type Phase,
  type Pollable,
} from './phases.js';
import { DELAY_POLL_MS, Population, type Behaviour } from './population.js';
import { ProgressReports, type Report } from './progress.js';
import { openSilentClients } from './silent-clients.js';

/** @throws Error if a `web` server does not send the page; SystemCallError if epoll fails */
export function runLoadJob(job: LoadJob, report: Report): LoadResult {
  const { port, clients, pauseMs, pattern } = job;
  const behaviour: Behaviour =
    pattern === 'churn' ? { pattern, clients, thinkMs: pauseMs } : { pattern: 'keep', clients };
  const options = { ...job, answerLimitMs: ANSWER_LIMIT_MS };
  const closedLoop = new ClosedLoop(
    options,
    [behaviour],
    () =>
      pattern === 'web' || pattern === 'web-varied'
        ? learnWebExchange(port, pattern)
        : exchangeOf(job),
    ProgressReports.of(job, report),
  );
  const usage = runLoad(closedLoop, job);
  const [population] = closedLoop.populations;
  if (population === undefined) throw new Error('unreachable: a load has one population');
  return { kind: 'loaded', ...population.result(), ...usage };
}

/** @throws Error if an answer cannot be learned; SystemCallError if epoll fails */
export function runPopulationsJob(job: PopulationsJob): PopulationsResult {
  const lines = ({ line, answer }: PopulationSettings) =>
    answer === undefined
      ? learnLineExchange(job.port, line, job.answerLimitMs)
      : lineExchange(line, answer);
  const closedLoop = new ClosedLoop(job, job.populations, lines);
  const usage = runLoad(closedLoop, job);
  const populations = closedLoop.populations.map((population, index) => ({
    name: job.populations[index]?.name ?? '',
    clients: population.size,
    ...population.result(),
    censored: population.censored,
  }));
  return { kind: 'populations', populations, ...usage };
}

type ClosedLoopOptions = Pick<PopulationsJob, 'port' | 'silentClients' | 'answerLimitMs'>;

/** Everything that opens a descriptor happens in {@link open}, so that {@link close} finds it. */
class ClosedLoop<Settings extends Behaviour> implements Load, Openable {
  readonly populations: Population[] = [];
  readonly size: number;
  readonly #options: ClosedLoopOptions;
  readonly #settings: readonly Settings[];
  readonly #exchangeOf: (settings: Settings) => Exchange;
  readonly #progress: ProgressReports | undefined;
  #silent: Clients | undefined;
  #group: PopulationGroup | undefined;
  #connections: Pollable = { poll: () => undefined };

  constructor(
    options: ClosedLoopOptions,
    settings: readonly Settings[],
    exchangeOf: (settings: Settings) => Exchange,
    progress?: ProgressReports,
  ) {
    this.#options = options;
    this.#settings = settings;
    this.#exchangeOf = exchangeOf;
    this.#progress = progress;
    this.size = settings.reduce((sum, { clients }) => sum + clients, 0);
  }

  get firstAnswers(): number {
    return this.populations.reduce((sum, { answeredClients }) => sum + answeredClients, 0);
  }

  get isAnyWaiting(): boolean {
    return this.populations.some((population) => population.isAnyWaiting);
  }

  open(): void {
    // Answers are learned first: silent clients could keep the server from answering.
    const exchanges = this.#settings.map(this.#exchangeOf);
    this.#settings.forEach((settings, index) => {
      const exchange = exchanges[index];
      if (exchange) this.populations.push(new Population(this.#options.port, settings, exchange));
    });
    const [first, ...others] = this.populations;
    if (first !== undefined && others.length === 0) {
      this.#connections = first;
    } else {
      this.#connections = this.#group = new PopulationGroup(this.populations);
      this.#group.register();
    }
    this.#silent = openSilentClients(this.#options);
    openPaced(this);
  }

  openOne(client: number): void {
    let index = client;
    for (const population of this.populations) {
      if (index < population.size) {
        population.open(index);
        return;
      }
      index -= population.size;
    }
  }

  enter(phase: Exclude<Phase, 'open'>): void {
    if (phase === 'measure') this.#progress?.start(nowNs());
    for (const population of this.populations) population.enter(phase);
  }

  loadFor(durationNs: number): void {
    const progress = this.#progress;
    const watch = () => {
      for (const population of this.populations) population.reportTo(progress);
      return false;
    };
    pollFor(this.#connections, durationNs, progress && watch);
  }

  drain(): void {
    const limitNs = this.#options.answerLimitMs * NS_PER_MS;
    pollFor(this.#connections, limitNs, () =>
      this.populations.every(({ awaited }) => awaited === 0),
    );
  }

  close(): void {
    for (const population of this.populations) population.close();
    this.#group?.close();
    this.#silent?.closeAll();
  }

  poll(timeoutMs: number): void {
    this.#connections.poll(timeoutMs);
  }
}

/** Several populations that are polled as one. */
class PopulationGroup implements Pollable {
  readonly #populations: readonly Population[];
  readonly #epoll = new Epoll();

  constructor(populations: readonly Population[]) {
    this.#populations = populations;
  }

  register(): void {
    this.#populations.forEach((population, number) => population.registerWith(this.#epoll, number));
  }

  poll(timeoutMs: number): void {
    const hasDelayed = this.#populations.some((population) => population.hasDelayed);
    const count = this.#epoll.wait(hasDelayed ? Math.min(timeoutMs, DELAY_POLL_MS) : timeoutMs);
    for (let event = 0; event < count; event++)
      this.#populations[this.#epoll.clientAt(event)]?.poll(0);
    if (hasDelayed) for (const population of this.#populations) population.resumeDelayed();
  }

  close(): void {
    this.#epoll.close();
  }
}
