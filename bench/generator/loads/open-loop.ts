/**
 * The open loop: requests at a constant rate, independent of the answers.
 *
 * After Gil Tene's wrk2 (github.com/giltene/wrk2) and his talk "How NOT to Measure Latency". Every
 * request has a due time: request k is due at `origin + k / rate`, or at a time of a Poisson process
 * (arrivals.ts), on connection k mod n. If that one is busy, the request is sent late, as soon as the answer has
 * come. Latency counts from the due time (corrected). Counted from the actual send (uncorrected),
 * it would leave out the wait that the server caused (coordinated omission). Both are recorded.
 *
 *     k is due ── connection free ──► in flight ── answer ──► quiet, or next postponed request
 *              └─ busy ──► postponed ──┘        └─ failure ──► lost: later requests stay unsent
 *
 * A request without an answer at the end counts with the time it has waited: right-censored, a
 * lower bound. Runs in the load process. Read next: phases.ts for the order, schedule.ts for the
 * due times.
 */
import { NS_PER_MS, nowNs } from '../../lib/clock.js';
import { jainIndex } from '../../lib/fairness.js';
import { Histogram } from '../../../src/base/histogram.js';
import { ServerPause } from '../../lib/pause.js';
import { noErrors, type ErrorKind } from '../protocol/error-kinds.js';
import type { OpenLoopJob } from '../protocol/jobs.js';
import type { OpenLoopResult, Usage } from '../protocol/results.js';
import { Clients, type ClientEvents } from '../sockets/clients.js';
import { exchangeOf } from '../sockets/content.js';
import { disableTimerSlack } from '../sockets/epoll.js';
import { arrivalsOf, type Arrivals } from './arrivals.js';
import {
  ANSWER_LIMIT_MS,
  openPaced,
  runLoad,
  type Load,
  type Openable,
  type Phase,
} from './phases.js';
import { ProgressReports, type Report } from './progress.js';
import { Schedule } from './schedule.js';

const MAX_POLL_NS = 10 * NS_PER_MS;
/** The due time of a request of the warm-up, or of no request. */
const NONE = NaN;

/** @throws Error for an invalid rate, message size or pause; SystemCallError if epoll fails */
export function runOpenLoop(job: OpenLoopJob, report: Report): OpenLoopResult {
  const openLoop = new OpenLoop(job, report);
  const usage = runLoad(openLoop, job);
  return { kind: 'offered', ...openLoop.result(), ...usage };
}

class OpenLoop implements ClientEvents, Load, Openable {
  readonly size: number;
  readonly #drainNs: number;
  readonly #arrivals: (durationNs: number) => Arrivals;
  readonly #schedule: Schedule;
  readonly #pause: ServerPause | undefined;
  readonly #clients: Clients;
  readonly #progress: ProgressReports | undefined;
  readonly #corrected = new Histogram();
  readonly #uncorrected = new Histogram();
  readonly #lag = new Histogram();
  readonly #errors = noErrors();
  readonly #everAnswered: Uint8Array;
  /** Right answers to requests of the window, by client. */
  readonly #answers: Uint32Array;
  /** By client: due time of the window's request in flight. A lost connection keeps it. */
  readonly #dueNs: Float64Array;
  #phase: Phase = 'open';
  #firstAnswers = 0;
  #wokenNs = 0;
  #longestTurnNs = 0;
  #offered = 0;
  #answered = 0;
  #answeredInWindow = 0;
  /** Counted at the end of the window. */
  #clientsUnanswered = 0;
  /** Requests of the window, counted at the end of the job. */
  #unanswered = 0;
  #unsent = 0;

  constructor(job: OpenLoopJob, report: Report) {
    const { port, clients, requestsPerSecond, drainMs = ANSWER_LIMIT_MS } = job;
    if (!(requestsPerSecond > 0))
      throw new Error(`the rate must be above 0 requests a second, not ${requestsPerSecond}`);
    this.size = clients;
    this.#drainNs = drainMs * NS_PER_MS;
    this.#arrivals = arrivalsOf(job);
    this.#schedule = new Schedule(clients);
    this.#pause = ServerPause.within(job);
    this.#everAnswered = new Uint8Array(clients);
    this.#answers = new Uint32Array(clients);
    this.#dueNs = new Float64Array(clients).fill(NONE);
    this.#progress = ProgressReports.of(job, report);
    this.#clients = new Clients(
      { port, clients, exchange: exchangeOf(job), ownAddresses: false },
      this,
    );
  }

  open(): void {
    disableTimerSlack();
    openPaced(this);
  }

  enter(phase: Exclude<Phase, 'open'>): void {
    this.#phase = phase;
    if (phase === 'measure') this.#progress?.start(nowNs());
    if (phase === 'drain') {
      this.#clientsUnanswered = this.#everAnswered.reduce(
        (left, answered) => left - answered,
        this.size,
      );
    }
  }

  /** Starts a schedule of its own now and offers it for this long. */
  loadFor(durationNs: number): void {
    const pause = this.#phase === 'measure' ? this.#pause : undefined;
    // Drawn before the clock starts: it takes some ms per 100,000 requests.
    const arrivals = this.#arrivals(durationNs);
    if (this.#phase === 'measure') this.#offered = arrivals.count;
    const originNs = (this.#wokenNs = nowNs());
    const endNs = originNs + durationNs;
    this.#schedule.start(originNs, arrivals);
    for (let now = originNs; now < endNs; now = nowNs()) {
      const pauseNs =
        pause === undefined ? Infinity : pause.advance((now - originNs) / NS_PER_MS) * NS_PER_MS;
      this.#progress?.sendIfDue(now, this.#corrected, this.#errors);
      this.#sendDue(now);
      this.#poll(Math.min(this.#schedule.nextDueNs, originNs + pauseNs, endNs));
    }
    this.#sendDue(endNs);
  }

  /** Sends postponed requests and waits for the answers of clients that have had one before. */
  drain(): void {
    const endNs = nowNs() + this.#drainNs;
    this.#wokenNs = nowNs();
    while (nowNs() < endNs && this.#isAwaited()) this.#poll(endNs);
    this.#countMissing();
  }

  result(): Omit<OpenLoopResult, keyof Usage | 'kind'> {
    return {
      offered: this.#offered,
      answered: this.#answered,
      answeredInWindow: this.#answeredInWindow,
      unanswered: this.#unanswered,
      unsent: this.#unsent,
      errors: this.#errors,
      clientsServed: this.#answers.reduce((total, answers) => total + Math.min(answers, 1), 0),
      clientsUnanswered: this.#clientsUnanswered,
      jain: jainIndex(this.#answers),
      corrected: this.#corrected.toJSON(),
      uncorrected: this.#uncorrected.toJSON(),
      lag: this.#lag.toJSON(),
      longestTurnNs: this.#longestTurnNs,
    };
  }

  close(): void {
    this.#pause?.end();
    this.#clients.closeAll();
  }

  get firstAnswers(): number {
    return this.#firstAnswers;
  }

  get isAnyWaiting(): boolean {
    return this.#clients.isAnyWaiting;
  }

  openOne(client: number): void {
    this.#clients.open(client, nowNs());
  }

  poll(timeoutMs: number): void {
    this.#clients.poll(timeoutMs);
  }

  connected(): void {
    // Never called: all clients here connect with a request.
  }

  answered(client: number, answeredNs: number): void {
    this.#everAnswered[client] = 1;
    if (this.#phase === 'open') {
      this.#firstAnswers += 1;
      return;
    }
    const dueNs = this.#dueNs[client] ?? NONE;
    if (!Number.isNaN(dueNs)) {
      this.#dueNs[client] = NONE;
      this.#corrected.record(answeredNs - dueNs);
      this.#uncorrected.record(answeredNs - this.#clients.startedNs(client));
      this.#answers[client] = (this.#answers[client] ?? 0) + 1;
      this.#answered += 1;
      if (this.#phase === 'measure') this.#answeredInWindow += 1;
    }
    if (this.#schedule.postponed(client) > 0) this.#send(client, answeredNs);
  }

  failed(_client: number, kind: ErrorKind): void {
    this.#errors[kind] += 1;
  }

  /** Sends or postpones all requests that are due by `untilNs`. */
  #sendDue(untilNs: number): void {
    for (let dueNs = this.#schedule.nextDueNs; dueNs <= untilNs; dueNs = this.#schedule.nextDueNs) {
      const client = this.#schedule.take();
      if (this.#clients.isOpen(client) && !this.#clients.isWaiting(client)) {
        const now = nowNs();
        if (this.#phase !== 'warm-up') this.#lag.record(now - dueNs);
        this.#send(client, now);
      } else {
        this.#schedule.postpone(client);
      }
    }
  }

  /** Sends the client's next request of the schedule. Its connection must be open and quiet. */
  #send(client: number, now: number): void {
    const dueNs = this.#schedule.send(client);
    this.#dueNs[client] = this.#phase === 'warm-up' ? NONE : dueNs;
    this.#clients.request(client, now);
  }

  /** Waits for events until `untilNs`, handles them, and records the time without a poll. */
  #poll(untilNs: number): void {
    const beginNs = nowNs();
    const timeoutNs = Math.min(Math.max(0, untilNs - beginNs), MAX_POLL_NS);
    const busyNs = beginNs - this.#wokenNs;
    this.#wokenNs = this.#clients.pollNs(timeoutNs);
    const oversleptNs = this.#wokenNs - beginNs - timeoutNs;
    this.#longestTurnNs = Math.max(this.#longestTurnNs, busyNs, oversleptNs);
  }

  #isAwaited(): boolean {
    for (let client = 0; client < this.size; client++) {
      if (this.#clients.isWaiting(client) && this.#everAnswered[client] === 1) return true;
    }
    return false;
  }

  /** Records every request without an answer with the time it has waited until now. */
  #countMissing(): void {
    const now = nowNs();
    for (let client = 0; client < this.size; client++) {
      const dueNs = this.#dueNs[client] ?? NONE;
      const sentNs = this.#clients.startedNs(client);
      if (!Number.isNaN(dueNs)) {
        this.#unanswered += 1;
        this.#corrected.record(now - dueNs);
        this.#uncorrected.record(now - sentNs);
      }
      // Only requests sent before the drain: a later one had less than the full limit.
      const isLate = this.#clients.isWaiting(client) && now - sentNs >= this.#drainNs;
      if (isLate && this.#everAnswered[client] === 1) this.#errors.timeout += 1;
      for (const postponedNs of this.#schedule.postponedDueNs(client)) {
        this.#corrected.record(now - postponedNs);
        this.#unsent += 1;
      }
    }
  }
}
