/**
 * One open-loop job: requests at a constant rate, whatever becomes of the answers.
 *
 * After Gil Tene's wrk2 (github.com/giltene/wrk2) and his talk "How NOT to Measure Latency": every request has a time
 * at which it is to be sent. The connections take turns, request k is due at `origin + k / rate` on connection k mod n;
 * if that one still waits for an answer, the request is sent late, as soon as the answer has come. Latency counts from
 * the due time (corrected); counted from the actual send it would leave out what the server made others wait
 * (coordinated omission), and both are recorded of the same requests.
 *
 *     k (every 1/rate) ── connection free ──► under way ── answer ──► quiet, or its next waiting request
 *                      └─ busy ──► waiting ──┘        └─ failure ──► lost: its later requests stay unsent
 *
 * What has no answer at the end counts with the time it has waited by then: right-censored, a lower bound.
 * Runs in the generator's process and keeps its only thread until the job ends; phases as in load-job.ts.
 * clients.ts does the input and output; generator.ts calls this.
 */
import { Clients, nowNs, type ClientEvents } from './clients.js';
import { jainIndex } from './fairness.js';
import { Histogram } from './histogram.js';
import { ANSWER_LIMIT_NS, NS_PER_MS, openCalmly } from './opening.js';
import { Pause } from './pause.js';
import { noErrors, type ErrorKind, type OpenLoopJob, type OpenLoopResult } from './protocol.js';
import { wakeOnTime } from './sockets.js';
import { Tokens } from './tokens.js';
import { measureUsage } from './window.js';

const LONGEST_LOOK_NS = 10 * NS_PER_MS;
/** A request that is not counted, or none. */
const NONE = NaN;

type Phase = 'open' | 'warm-up' | 'measure' | 'drain';

export function runOpenLoop(job: OpenLoopJob): OpenLoopResult {
  const openLoop = new OpenLoop(job);
  try {
    return openLoop.run();
  } finally {
    openLoop.close();
  }
}

class OpenLoop implements ClientEvents {
  readonly #job: OpenLoopJob;
  readonly #count: number;
  readonly #intervalNs: number;
  readonly #pause: Pause | undefined;
  readonly #clients: Clients;
  readonly #corrected = new Histogram();
  readonly #uncorrected = new Histogram();
  readonly #lag = new Histogram();
  readonly #errors = noErrors();
  readonly #everAnswered: Uint8Array;
  /** Right answers to requests of the window, by client. */
  readonly #answers: Uint32Array;
  /** Of the current schedule, by client: requests that are due but not sent, and requests that were sent. */
  readonly #waiting: Uint32Array;
  readonly #sent: Uint32Array;
  /** When the request under way was due, if it is one of the window's. A lost connection keeps its last. */
  readonly #dueNs: Float64Array;
  #phase: Phase = 'open';
  #firstAnswers = 0;
  #originNs = 0;
  #wokenNs = 0;
  #longestTurnNs = 0;
  #answered = 0;
  #answeredInWindow = 0;

  constructor(job: OpenLoopJob) {
    const { port, clients, requestsPerSecond, messageBytes } = job;
    if (!(requestsPerSecond > 0)) throw new Error(`a rate of ${requestsPerSecond} requests a second is none`);
    this.#job = job;
    this.#count = clients;
    this.#intervalNs = 1e9 / requestsPerSecond;
    this.#pause = Pause.of(job);
    const exchange = new Tokens(clients, messageBytes);
    this.#clients = new Clients({ port, clients, exchange, ownAddresses: false }, this);
    this.#everAnswered = new Uint8Array(clients);
    this.#answers = new Uint32Array(clients);
    this.#waiting = new Uint32Array(clients);
    this.#sent = new Uint32Array(clients);
    this.#dueNs = new Float64Array(clients).fill(NONE);
  }

  run(): OpenLoopResult {
    const { warmUpMs, durationMs, serverPid, requestsPerSecond } = this.#job;
    wakeOnTime();
    openCalmly(this.#clients, this.#count, () => this.#firstAnswers);
    this.#phase = 'warm-up';
    this.#offer(warmUpMs * NS_PER_MS, Math.round((requestsPerSecond * warmUpMs) / 1e3));
    const offered = Math.round((requestsPerSecond * durationMs) / 1e3);
    const usage = measureUsage(serverPid, () => {
      this.#phase = 'measure';
      this.#offer(durationMs * NS_PER_MS, offered, this.#pause);
      this.#phase = 'drain';
    });
    const clientsUnanswered = this.#everAnswered.reduce((total, answered) => total - answered, this.#count);
    this.#drain();
    return {
      kind: 'offered',
      offered,
      answered: this.#answered,
      answeredInWindow: this.#answeredInWindow,
      ...this.#countMissing(),
      errors: this.#errors,
      clientsServed: this.#answers.reduce((total, answers) => total + Math.min(answers, 1), 0),
      clientsUnanswered,
      jain: jainIndex(this.#answers),
      corrected: this.#corrected.toJSON(),
      uncorrected: this.#uncorrected.toJSON(),
      lag: this.#lag.toJSON(),
      longestTurnNs: this.#longestTurnNs,
      ...usage,
    };
  }

  close(): void {
    this.#pause?.end();
    this.#clients.closeAll();
  }

  connected(): void {
    // All connections here are opened with a request.
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
    const waiting = this.#waiting[client] ?? 0;
    if (waiting === 0) return;
    this.#waiting[client] = waiting - 1;
    this.#send(client, answeredNs);
  }

  failed(_client: number, kind: ErrorKind): void {
    this.#errors[kind] += 1;
  }

  /** A schedule of its own, from now on; what waited of the last one is forgotten. Ends when its time is over. */
  #offer(durationNs: number, requests: number, pause?: Pause): void {
    this.#waiting.fill(0);
    this.#sent.fill(0);
    const originNs = (this.#originNs = this.#wokenNs = nowNs());
    const endNs = originNs + durationNs;
    let next = 0;
    for (let now = originNs; now < endNs; now = nowNs()) {
      const pauseNs =
        pause === undefined ? Infinity : pause.advance((now - originNs) / NS_PER_MS) * NS_PER_MS;
      next = this.#sendDue(next, requests, now);
      const dueNs = next < requests ? next * this.#intervalNs : durationNs;
      this.#look(originNs + Math.min(dueNs, pauseNs, durationNs));
    }
    this.#sendDue(next, requests, endNs);
  }

  /** Sends, or lets wait, all requests from `next` on that are due by then. @returns the first that is not */
  #sendDue(next: number, requests: number, untilNs: number): number {
    let request = next;
    for (; request < requests; request++) {
      const dueNs = this.#originNs + request * this.#intervalNs;
      if (dueNs > untilNs) break;
      const client = request % this.#count;
      if (this.#clients.isOpen(client) && !this.#clients.isWaiting(client)) {
        const now = nowNs();
        if (this.#phase !== 'warm-up') this.#lag.record(now - dueNs);
        this.#send(client, now);
      } else {
        this.#waiting[client] = (this.#waiting[client] ?? 0) + 1;
      }
    }
    return request;
  }

  /** Sends the client's next request of the schedule; its connection is open and quiet. */
  #send(client: number, now: number): void {
    const sent = this.#sent[client] ?? 0;
    this.#sent[client] = sent + 1;
    this.#dueNs[client] = this.#phase === 'warm-up' ? NONE : this.#dueOf(client, sent);
    this.#clients.request(client, now);
  }

  /** When the client's request of this number is due in the current schedule. */
  #dueOf(client: number, number: number): number {
    return this.#originNs + (number * this.#count + client) * this.#intervalNs;
  }

  /** Waits for events until then, handles them, and notes for how long nobody would have seen one. */
  #look(untilNs: number): void {
    const beginNs = nowNs();
    const timeoutNs = Math.min(Math.max(0, untilNs - beginNs), LONGEST_LOOK_NS);
    const busyNs = beginNs - this.#wokenNs;
    this.#wokenNs = this.#clients.pollNs(timeoutNs);
    const oversleptNs = this.#wokenNs - beginNs - timeoutNs;
    this.#longestTurnNs = Math.max(this.#longestTurnNs, busyNs, oversleptNs);
  }

  /** Sends what still waits, and waits for its answers and all others of clients that are answered at all. */
  #drain(): void {
    const endNs = nowNs() + this.#drainNs;
    this.#wokenNs = nowNs();
    while (nowNs() < endNs && this.#isAwaited()) this.#look(endNs);
  }

  get #drainNs(): number {
    const { drainMs } = this.#job;
    return drainMs === undefined ? ANSWER_LIMIT_NS : drainMs * NS_PER_MS;
  }

  #isAwaited(): boolean {
    for (let client = 0; client < this.#count; client++) {
      if (this.#clients.isWaiting(client) && this.#everAnswered[client] === 1) return true;
    }
    return false;
  }

  /** Gives all that has no answer the time it has waited until now. */
  #countMissing(): { readonly unanswered: number; readonly unsent: number } {
    const now = nowNs();
    let unanswered = 0;
    let unsent = 0;
    for (let client = 0; client < this.#count; client++) {
      const dueNs = this.#dueNs[client] ?? NONE;
      const sentNs = this.#clients.startedNs(client);
      if (!Number.isNaN(dueNs)) {
        unanswered += 1;
        this.#corrected.record(now - dueNs);
        this.#uncorrected.record(now - sentNs);
      }
      // Sent before the drain began: a later one was not given the time.
      const isLate = this.#clients.isWaiting(client) && now - sentNs >= this.#drainNs;
      if (isLate && this.#everAnswered[client] === 1) this.#errors.timeout += 1;
      const sent = this.#sent[client] ?? 0;
      const waiting = this.#waiting[client] ?? 0;
      for (let number = sent; number < sent + waiting; number++) {
        this.#corrected.record(now - this.#dueOf(client, number));
      }
      unsent += waiting;
    }
    return { unanswered, unsent };
  }
}
