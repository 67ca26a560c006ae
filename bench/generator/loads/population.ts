/**
 * One population of a load: clients that are alike, each in a closed loop, and what they saw in the measured window.
 *
 * Runs in the generator's process, whose hot path it is on; closed-loop.ts takes all populations of a job through the
 * phases together, and bench/generator/sockets/clients.ts does the input and output.
 * What is counted, and why:
 *
 * - Completions. A request counts in the window in which its answer came, wherever it was sent: what straddles the
 *   window's start is counted, what straddles its end is not, and in a steady state one makes up for the other. A
 *   client's count is off by at most one request, so a window should be 20 of the longest requests long.
 * - Those who wait. A request that is never answered would be missing from a histogram of answers, and the fewer a
 *   server answers, the better it would look. So what is outstanding at the window's end is recorded apart, with the
 *   time it had waited by then. An outstanding request that is younger than the median latency is no news and is left
 *   out: such are half of all in a healthy server.
 */
import { Clients, type ClientEvents } from '../sockets/clients.js';
import { NS_PER_MS, nowNs } from '../../lib/clock.js';
import type { Exchange } from '../sockets/exchange.js';
import { jainIndex } from '../../lib/fairness.js';
import { Histogram, type HistogramJson } from '../../lib/histogram.js';
import type { PopulationSettings } from '../protocol/jobs.js';
import type { Phase, Pollable } from './phases.js';
import { noErrors, type ClosedLoopResult, type ErrorKind } from '../protocol/answers.js';
import type { Epoll } from '../sockets/epoll.js';

/** A failed client of `churn` tries again after this; at once, a refusing server would get a flood. */
const RETRY_NS = 10 * NS_PER_MS;
/** Nobody rests for longer than told by more than this. */
export const RESTING_POLL_MS = 1;

type Habits = Pick<PopulationSettings, 'clients' | 'pattern' | 'thinkMs'>;

export class Population implements ClientEvents, Pollable {
  readonly size: number;
  readonly #churns: boolean;
  readonly #thinkNs: number;
  readonly #clients: Clients;
  readonly #latency = new Histogram();
  readonly #overdue = new Histogram();
  readonly #errors = noErrors();
  readonly #everAnswered: Uint8Array;
  /** By client, within the window. */
  readonly #answers: Float64Array;
  /** Whose answer the drain waits for. */
  readonly #awaited: Uint8Array;
  #awaitedCount = 0;
  /** When a resting client goes on; Infinity while it does not rest. */
  readonly #resumeNs: Float64Array;
  #resting = 0;
  #phase: Phase = 'open';
  #answeredClients = 0;
  /** At the window's end. */
  #unansweredClients = 0;
  #windowStartNs = 0;
  #waitedForWholeWindow = 0;

  constructor(port: number, { clients, pattern, thinkMs = 0 }: Habits, exchange: Exchange) {
    this.size = clients;
    this.#churns = pattern === 'churn';
    this.#thinkNs = thinkMs * NS_PER_MS;
    this.#clients = new Clients({ port, clients, exchange, ownAddresses: this.#churns }, this);
    this.#everAnswered = new Uint8Array(clients);
    this.#answers = new Float64Array(clients);
    this.#awaited = new Uint8Array(clients);
    this.#resumeNs = new Float64Array(clients).fill(Infinity);
  }

  /** Clients that have been answered at least once since the job began. */
  get answeredClients(): number {
    return this.#answeredClients;
  }

  get isAnyWaiting(): boolean {
    return this.#clients.isAnyWaiting;
  }

  get isResting(): boolean {
    return this.#resting > 0;
  }

  /** How many answers the drain still waits for. */
  get awaited(): number {
    return this.#awaitedCount;
  }

  watchFrom(outer: Epoll, set: number): void {
    this.#clients.watchFrom(outer, set);
  }

  /** Handles what has happened on the connections, waiting for it at most so long, and wakes those who have rested. */
  poll(timeoutMs: number): void {
    if (this.#resting === 0) {
      this.#clients.poll(timeoutMs);
      return;
    }
    this.#clients.poll(Math.min(timeoutMs, RESTING_POLL_MS));
    this.wake();
  }

  wake(): void {
    const now = nowNs();
    for (let client = 0; client < this.size; client++) {
      if ((this.#resumeNs[client] ?? Infinity) > now) continue;
      this.#resumeNs[client] = Infinity;
      this.#resting -= 1;
      this.#next(client, now);
    }
  }

  /** Connects one client and lets it ask once. */
  open(client: number): void {
    this.#clients.open(client, nowNs());
  }

  enter(phase: Exclude<Phase, 'open'>): void {
    this.#phase = phase;
    if (phase === 'warm-up') this.#start();
    if (phase === 'measure') this.#windowStartNs = nowNs();
    if (phase === 'drain') this.#endWindow();
  }

  /** After the window: how long those have waited by its end that are in no latency. See PopulationResult. */
  get censored(): HistogramJson {
    return this.#overdue.toJSON();
  }

  /** After the drain; what is still awaited now has had its time. */
  result(): ClosedLoopResult {
    return {
      requests: this.#latency.count,
      latency: this.#latency.toJSON(),
      errors: { ...this.#errors, timeout: this.#errors.timeout + this.#awaitedCount },
      clientsServed: this.#answers.filter((answers) => answers > 0).length,
      clientsUnanswered: this.#unansweredClients,
      clientsWaiting: this.#waitedForWholeWindow,
      jain: jainIndex(this.#answers),
    };
  }

  close(): void {
    this.#clients.closeAll();
  }

  connected(): void {
    // Only connections that are opened without a request are told of.
  }

  answered(client: number, answeredNs: number): void {
    if (this.#phase === 'drain') {
      this.#clients.close(client);
      this.#settle(client);
      return;
    }
    if (this.#everAnswered[client] === 0) {
      this.#everAnswered[client] = 1;
      this.#answeredClients += 1;
    }
    if (this.#phase === 'measure') {
      this.#latency.record(answeredNs - this.#clients.startedNs(client));
      this.#answers[client] = (this.#answers[client] ?? 0) + 1;
    }
    if (this.#churns) this.#clients.close(client);
    if (this.#phase === 'open') return;
    if (this.#thinkNs > 0) this.#rest(client, answeredNs + this.#thinkNs);
    else this.#next(client, answeredNs);
  }

  failed(client: number, kind: ErrorKind): void {
    this.#errors[kind] += 1;
    if (this.#phase === 'drain') this.#settle(client);
    // A connection that was to be kept is lost for good: what its client would measure next is a connect.
    else if (this.#churns) this.#rest(client, nowNs() + RETRY_NS);
  }

  /** Lets all clients go that have had their first answer; the others join as soon as they get theirs. */
  #start(): void {
    for (let client = 0; client < this.size; client++) {
      if (this.#everAnswered[client] === 1 && !this.#clients.isWaiting(client)) this.#next(client, nowNs());
    }
  }

  #endWindow(): void {
    const now = nowNs();
    this.#unansweredClients = this.size - this.#answeredClients;
    const medianNs = this.#latency.percentile(50);
    for (let client = 0; client < this.size; client++) {
      if (!this.#clients.isWaiting(client)) continue;
      if (this.#clients.startedNs(client) <= this.#windowStartNs) this.#waitedForWholeWindow += 1;
      const waitedNs = now - this.#clients.startedNs(client);
      if (waitedNs > medianNs) this.#overdue.record(waitedNs);
      // One that has never been answered is not waited for: an iterative server keeps it in its queue for ever.
      if (this.#everAnswered[client] === 0) continue;
      this.#awaited[client] = 1;
      this.#awaitedCount += 1;
    }
    this.#resting = 0;
    this.#resumeNs.fill(Infinity);
  }

  #next(client: number, now: number): void {
    if (!this.#churns) {
      if (this.#clients.isOpen(client)) this.#clients.request(client, now);
      return;
    }
    // Closing the last connection took a while, and that is not the server's.
    this.#clients.open(client, nowNs());
  }

  #settle(client: number): void {
    if (this.#awaited[client] === 1) this.#awaitedCount -= 1;
    this.#awaited[client] = 0;
  }

  #rest(client: number, untilNs: number): void {
    this.#resumeNs[client] = untilNs;
    this.#resting += 1;
  }
}
