/**
 * A population: clients that are alike, each in a closed loop, and their measured results.
 *
 * Runs in the load process, on its hot path. closed-loop.ts takes all populations of a job through
 * the phases together; bench/generator/sockets/clients.ts does the input and output. What is
 * counted:
 *
 * - Completions. A request counts if its answer came in the window, wherever it was sent. In a
 *   steady state, the requests across the window's start make up for those across its end. A
 *   client's count is off by at most one, so a window should be as long as 20 of the longest
 *   requests.
 * - Censored observations. A histogram of answers has no unanswered requests: the fewer a server
 *   answers, the better it would look. So requests outstanding at the window's end are recorded
 *   apart, with the time they had waited. Those younger than the median latency are left out: a
 *   healthy server has as many, and they say nothing.
 */
import { NS_PER_MS, nowNs } from '../../lib/clock.js';
import { jainIndex } from '../../lib/fairness.js';
import { Histogram, type HistogramJson } from '../../../src/base/histogram.js';
import { noErrors, type ErrorKind } from '../protocol/error-kinds.js';
import type { PopulationSettings } from '../protocol/jobs.js';
import type { ClosedLoopResult } from '../protocol/results.js';
import { Clients, type ClientEvents } from '../sockets/clients.js';
import type { Epoll } from '../sockets/epoll.js';
import type { Exchange } from '../sockets/exchange.js';
import type { Phase, Pollable } from './phases.js';
import type { ProgressReports } from './progress.js';

/** The delay of a failed client of `churn`. Retries at once would flood a refusing server. */
const RETRY_NS = 10 * NS_PER_MS;
/** The longest poll while a client is delayed, so that no delay takes more than this too long. */
export const DELAY_POLL_MS = 1;

export type Behaviour = Pick<PopulationSettings, 'clients' | 'pattern' | 'thinkMs'>;

export class Population implements ClientEvents, Pollable {
  readonly size: number;
  readonly #churns: boolean;
  readonly #thinkNs: number;
  readonly #clients: Clients;
  readonly #latency = new Histogram();
  readonly #censored = new Histogram();
  readonly #errors = noErrors();
  readonly #everAnswered: Uint8Array;
  /** Right answers within the window, by client. */
  readonly #answers: Float64Array;
  /** By client: 1 while the drain waits for its answer. */
  readonly #awaited: Uint8Array;
  #awaitedCount = 0;
  /** When a client in think time or after a failure continues; Infinity for other clients. */
  readonly #resumeNs: Float64Array;
  #delayedCount = 0;
  #phase: Phase = 'open';
  #answeredClients = 0;
  /** Counted at the end of the window. */
  #unansweredClients = 0;
  #windowStartNs = 0;
  #waitedForWholeWindow = 0;

  constructor(port: number, { clients, pattern, thinkMs = 0 }: Behaviour, exchange: Exchange) {
    this.size = clients;
    this.#churns = pattern === 'churn';
    this.#thinkNs = thinkMs * NS_PER_MS;
    this.#clients = new Clients({ port, clients, exchange, ownAddresses: this.#churns }, this);
    this.#everAnswered = new Uint8Array(clients);
    this.#answers = new Float64Array(clients);
    this.#awaited = new Uint8Array(clients);
    this.#resumeNs = new Float64Array(clients).fill(Infinity);
  }

  /** Clients with at least one answer since the start of the job. */
  get answeredClients(): number {
    return this.#answeredClients;
  }

  get isAnyWaiting(): boolean {
    return this.#clients.isAnyWaiting;
  }

  get hasDelayed(): boolean {
    return this.#delayedCount > 0;
  }

  /** How many answers the drain still waits for. */
  get awaited(): number {
    return this.#awaitedCount;
  }

  /** See {@link Clients.registerWith}. */
  registerWith(outer: Epoll, number: number): void {
    this.#clients.registerWith(outer, number);
  }

  /** Waits for events, at most `timeoutMs`, handles them, and resumes delayed clients. */
  poll(timeoutMs: number): void {
    if (this.#delayedCount === 0) {
      this.#clients.poll(timeoutMs);
      return;
    }
    this.#clients.poll(Math.min(timeoutMs, DELAY_POLL_MS));
    this.resumeDelayed();
  }

  /** Continues all clients whose delay is over. */
  resumeDelayed(): void {
    const now = nowNs();
    for (let client = 0; client < this.size; client++) {
      if ((this.#resumeNs[client] ?? Infinity) > now) continue;
      this.#resumeNs[client] = Infinity;
      this.#delayedCount -= 1;
      this.#next(client, now);
    }
  }

  /** Connects one client, which sends one request. */
  open(client: number): void {
    this.#clients.open(client, nowNs());
  }

  enter(phase: Exclude<Phase, 'open'>): void {
    this.#phase = phase;
    if (phase === 'warm-up') this.#start();
    if (phase === 'measure') this.#windowStartNs = nowNs();
    if (phase === 'drain') this.#endWindow();
  }

  /** Sends the progress of the window if it is due. */
  reportTo(progress: ProgressReports | undefined): void {
    progress?.sendIfDue(nowNs(), this.#latency, this.#errors);
  }

  /** The censored observations, from the end of the window on; see PopulationResult. */
  get censored(): HistogramJson {
    return this.#censored.toJSON();
  }

  /** To be called after the drain: answers still outstanding count as timeouts. */
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
    // Never called: all clients here connect with a request.
  }

  answered(client: number, answeredNs: number): void {
    if (this.#phase === 'drain') {
      this.#clients.close(client);
      this.#stopAwaiting(client);
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
    if (this.#thinkNs > 0) this.#delay(client, answeredNs + this.#thinkNs);
    else this.#next(client, answeredNs);
  }

  failed(client: number, kind: ErrorKind): void {
    this.#errors[kind] += 1;
    if (this.#phase === 'drain') this.#stopAwaiting(client);
    // A lost connection of `keep` is not replaced: its client would measure a connect next.
    else if (this.#churns) this.#delay(client, nowNs() + RETRY_NS);
  }

  /** Starts all clients that have their first answer. The others start when they get it. */
  #start(): void {
    for (let client = 0; client < this.size; client++) {
      if (this.#everAnswered[client] === 1 && !this.#clients.isWaiting(client))
        this.#next(client, nowNs());
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
      if (waitedNs > medianNs) this.#censored.record(waitedNs);
      // The drain does not wait for clients that an iterative server leaves in its queue forever.
      if (this.#everAnswered[client] === 0) continue;
      this.#awaited[client] = 1;
      this.#awaitedCount += 1;
    }
    this.#delayedCount = 0;
    this.#resumeNs.fill(Infinity);
  }

  #next(client: number, now: number): void {
    if (!this.#churns) {
      if (this.#clients.isOpen(client)) this.#clients.request(client, now);
      return;
    }
    // Not `now`: closing the last connection took a while, which is not the server's time.
    this.#clients.open(client, nowNs());
  }

  #stopAwaiting(client: number): void {
    if (this.#awaited[client] === 1) this.#awaitedCount -= 1;
    this.#awaited[client] = 0;
  }

  #delay(client: number, untilNs: number): void {
    this.#resumeNs[client] = untilNs;
    this.#delayedCount += 1;
  }
}
