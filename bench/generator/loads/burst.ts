/**
 * One burst: all clients connect at the same moment, send one request, and close after the answer.
 *
 * Runs in the load process and keeps its only thread until all clients are answered or have failed,
 * or the limit is over. All times run from the start of the burst, before the first connect.
 * Starting the connects takes a while (`startMs`). The generator polls for answers in between:
 * otherwise every answer would seem to take that long. A client closes at once, so a server with
 * few places comes to all. Read next: bench/generator/sockets/clients.ts.
 */
import { NS_PER_MS, nowNs } from '../../lib/clock.js';
import { Histogram } from '../../../src/base/histogram.js';
import { noErrors, totalErrors, type ErrorKind } from '../protocol/error-kinds.js';
import type { BurstJob } from '../protocol/jobs.js';
import type { BurstResult } from '../protocol/results.js';
import { Clients, type ClientEvents } from '../sockets/clients.js';
import { exchangeOf } from '../sockets/content.js';
import type { Exchange } from '../sockets/exchange.js';
import { measureUsage, pollFor, processesOf } from './phases.js';

/** Connects between two polls; they take some 0.2 ms. */
const CONNECTS_PER_POLL = 16;

/** @throws Error for an invalid message size; SystemCallError if epoll fails */
export function runBurst(job: BurstJob): BurstResult {
  const burst = new Burst(job);
  try {
    return burst.run(job);
  } finally {
    burst.close();
  }
}

class Burst implements ClientEvents {
  readonly #count: number;
  readonly #clients: Clients;
  readonly #firstByte = new Histogram();
  readonly #answer = new Histogram();
  readonly #errors = noErrors();
  #startNs = 0;
  #retransmissions = 0;

  constructor(job: BurstJob) {
    const { port, clients } = job;
    this.#count = clients;
    const exchange = new FirstByteProbe(exchangeOf(job), () => {
      this.#firstByte.record(nowNs() - this.#startNs);
    });
    // Clients close first, which would exhaust the ports of one address: see connectSocket.
    this.#clients = new Clients({ port, clients, exchange, ownAddresses: true }, this);
  }

  run({ limitMs, ...server }: BurstJob): BurstResult {
    let startMs = 0;
    const usage = measureUsage(processesOf(server), () => {
      this.#startNs = nowNs();
      for (let client = 0; client < this.#count; client++) {
        this.#clients.open(client, this.#startNs);
        if (client % CONNECTS_PER_POLL === CONNECTS_PER_POLL - 1) this.#clients.poll(0);
      }
      startMs = (nowNs() - this.#startNs) / NS_PER_MS;
      const leftNs = this.#startNs + limitMs * NS_PER_MS - nowNs();
      pollFor(this.#clients, leftNs, () => this.#settled === this.#count);
    });
    return {
      kind: 'burst',
      firstByte: this.#firstByte.toJSON(),
      answer: this.#answer.toJSON(),
      answered: this.#answer.count,
      unanswered: this.#count - this.#settled,
      errors: this.#errors,
      startMs,
      retransmissions: this.#retransmissions,
      ...usage,
    };
  }

  close(): void {
    this.#clients.closeAll();
  }

  connected(): void {
    // Never called: all clients here connect with a request.
  }

  answered(client: number, answeredNs: number): void {
    this.#answer.record(answeredNs - this.#startNs);
    this.#retransmissions += this.#clients.retransmissions(client);
    this.#clients.close(client);
  }

  failed(_client: number, kind: ErrorKind): void {
    this.#errors[kind] += 1;
  }

  get #settled(): number {
    return this.#answer.count + totalErrors(this.#errors);
  }
}

/** Wraps an exchange and calls back when the first bytes of an answer have come and are right. */
class FirstByteProbe implements Exchange {
  readonly requestBytes: number;
  readonly replyBytes: number;
  readonly #exchange: Exchange;
  readonly #onFirst: () => void;

  constructor(exchange: Exchange, onFirst: () => void) {
    this.#exchange = exchange;
    this.#onFirst = onFirst;
    this.requestBytes = exchange.requestBytes;
    this.replyBytes = exchange.replyBytes;
  }

  addressOf(client: number): number {
    return this.#exchange.addressOf(client);
  }

  advance(client: number): void {
    this.#exchange.advance(client);
  }

  matches(
    client: number,
    offset: number,
    length: number,
    reply: Uint8Array,
    words: Int32Array,
  ): boolean {
    const isRight = this.#exchange.matches(client, offset, length, reply, words);
    if (isRight && offset === 0) this.#onFirst();
    return isRight;
  }
}
