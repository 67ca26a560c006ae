/**
 * One load job: N clients in a closed loop against one server, from the first connection to the last close.
 *
 * Runs in the generator's process and keeps its only thread until the job ends, which is bounded by time in every
 * phase. The phases: open (each client gets its first answer, calmly), warm-up, measured window, drain.
 * clients.ts does the input and output; generator.ts calls this.
 */
import { Clients, nowNs, type ClientEvents } from './clients.js';
import { jainIndex } from './fairness.js';
import { Histogram } from './histogram.js';
import { ANSWER_LIMIT_NS, NS_PER_MS, openCalmly } from './opening.js';
import { noErrors, type ErrorKind, type LoadJob, type LoadResult } from './protocol.js';
import { openSilent } from './silent-clients.js';
import { Tokens } from './tokens.js';
import { WebExchange } from './web-exchange.js';
import { measureUsage } from './window.js';

/** A failed client of `churn` tries again after this; at once, a refusing server would get a flood. */
const RETRY_NS = 10 * NS_PER_MS;
const LONGEST_POLL_MS = 10;

type Phase = 'open' | 'warm-up' | 'measure' | 'drain';

export function runLoad(job: LoadJob): LoadResult {
  const silent = openSilent(job);
  const load = new Load(job);
  try {
    return load.run();
  } finally {
    load.close();
    silent?.closeAll();
  }
}

class Load implements ClientEvents {
  readonly #job: LoadJob;
  readonly #clients: Clients;
  readonly #latency = new Histogram();
  readonly #errors = noErrors();
  readonly #everAnswered: Uint8Array;
  /** Right answers within the window, by client. */
  readonly #answers: Uint32Array;
  readonly #awaited: Uint8Array;
  /** When a resting client connects again; Infinity while it does not rest. */
  readonly #resumeNs: Float64Array;
  #resting = 0;
  #phase: Phase = 'open';
  #firstAnswers = 0;
  #awaitedCount = 0;

  constructor(job: LoadJob) {
    const { port, clients, messageBytes, pattern } = job;
    const exchange = pattern === 'web' ? WebExchange.learn(port) : new Tokens(clients, messageBytes);
    this.#job = job;
    this.#clients = new Clients({ port, clients, exchange, ownAddresses: pattern === 'churn' }, this);
    this.#everAnswered = new Uint8Array(clients);
    this.#answers = new Uint32Array(clients);
    this.#awaited = new Uint8Array(clients);
    this.#resumeNs = new Float64Array(clients).fill(Infinity);
  }

  run(): LoadResult {
    openCalmly(this.#clients, this.#job.clients, () => this.#firstAnswers);
    this.#start();
    this.#pollFor(this.#job.warmUpMs * NS_PER_MS);
    const usage = measureUsage(this.#job.serverPid, () => {
      this.#phase = 'measure';
      this.#pollFor(this.#job.durationMs * NS_PER_MS);
      this.#phase = 'drain';
    });
    const clientsUnanswered = this.#job.clients - count(this.#everAnswered);
    this.#drain();
    return {
      kind: 'loaded',
      requests: this.#latency.count,
      errors: this.#errors,
      clientsServed: count(this.#answers),
      clientsUnanswered,
      jain: jainIndex(this.#answers),
      latency: this.#latency.toJSON(),
      ...usage,
    };
  }

  close(): void {
    this.#clients.closeAll();
  }

  connected(): void {
    // Only silent connections are opened without a request, and those are not this set's.
  }

  answered(client: number, answeredNs: number): void {
    switch (this.#phase) {
      case 'measure':
        this.#latency.record(answeredNs - this.#clients.startedNs(client));
        this.#answers[client] = (this.#answers[client] ?? 0) + 1;
        break;
      case 'warm-up':
        break;
      case 'open':
        this.#firstAnswers += 1;
        this.#everAnswered[client] = 1;
        if (this.#job.pattern === 'churn') this.#clients.close(client);
        return;
      case 'drain':
        this.#clients.close(client);
        this.#settle(client);
        return;
    }
    this.#everAnswered[client] = 1;
    if (this.#job.pattern !== 'churn') {
      this.#clients.request(client, answeredNs);
      return;
    }
    this.#clients.close(client);
    if (this.#job.pauseMs > 0) this.#rest(client, answeredNs + this.#job.pauseMs * NS_PER_MS);
    else this.#clients.open(client, nowNs());
  }

  failed(client: number, kind: ErrorKind): void {
    this.#errors[kind] += 1;
    if (this.#phase === 'drain') this.#settle(client);
    // Without churn, a connection is lost for good: what its client would measure is not an answer but a connect.
    else if (this.#job.pattern === 'churn') this.#rest(client, nowNs() + RETRY_NS);
  }

  /** Lets all clients go that have had their first answer; the others join as soon as they get theirs. */
  #start(): void {
    this.#phase = 'warm-up';
    for (let client = 0; client < this.#job.clients; client++) {
      if (this.#clients.isWaiting(client)) continue;
      if (this.#clients.isOpen(client)) this.#clients.request(client, nowNs());
      else if (this.#job.pattern === 'churn' && this.#everAnswered[client] === 1) {
        this.#clients.open(client, nowNs());
      }
    }
  }

  /** Waits for answers to clients that have been served before; one that still gets none has a timeout. */
  #drain(): void {
    this.#resting = 0;
    for (let client = 0; client < this.#job.clients; client++) {
      if (!this.#clients.isWaiting(client) || this.#everAnswered[client] === 0) continue;
      this.#awaited[client] = 1;
      this.#awaitedCount += 1;
    }
    this.#pollFor(ANSWER_LIMIT_NS, () => this.#awaitedCount === 0);
    this.#errors.timeout += this.#awaitedCount;
  }

  #settle(client: number): void {
    if (this.#awaited[client] === 1) this.#awaitedCount -= 1;
    this.#awaited[client] = 0;
  }

  #rest(client: number, untilNs: number): void {
    this.#resumeNs[client] = untilNs;
    this.#resting += 1;
  }

  #wake(now: number): void {
    for (let client = 0; client < this.#job.clients; client++) {
      if ((this.#resumeNs[client] ?? Infinity) > now) continue;
      this.#resumeNs[client] = Infinity;
      this.#resting -= 1;
      this.#clients.open(client, now);
    }
  }

  #pollFor(durationNs: number, isDone?: () => boolean): void {
    const endNs = nowNs() + durationNs;
    for (let now = nowNs(); now < endNs && isDone?.() !== true; now = nowNs()) {
      const leftMs = Math.ceil((endNs - now) / NS_PER_MS);
      this.#clients.poll(this.#resting > 0 ? 1 : Math.min(LONGEST_POLL_MS, leftMs));
      if (this.#resting > 0) this.#wake(nowNs());
    }
  }
}

function count(marks: Uint8Array | Uint32Array): number {
  let marked = 0;
  for (const mark of marks) if (mark > 0) marked += 1;
  return marked;
}
