/**
 * One burst: N clients connect at the same moment, each asks once, hears its answer and leaves.
 *
 * Runs in the generator's process and keeps its only thread until all are answered or have failed, or the limit is
 * over. All times run from the burst's start, before the first connect. Starting N connects takes the generator a
 * while (`startMs`), and it looks for answers in between, or they would seem to have taken that long at the least.
 * A client leaves as soon as it is answered, so that the next is served by a server that serves few at a time.
 * bench/generator/sockets/clients.ts does the input and output; bench/generator/main.ts calls this.
 */
import { Clients, type ClientEvents } from '../sockets/clients.js';
import { NS_PER_MS, nowNs } from '../../lib/clock.js';
import type { Exchange } from '../sockets/exchange.js';
import { Histogram } from '../../lib/histogram.js';
import type { BurstJob } from '../protocol/jobs.js';
import { pollFor } from './phases.js';
import { noErrors, totalErrors, type BurstResult, type ErrorKind } from '../protocol/answers.js';
import { EchoPayloads } from '../sockets/echo-payloads.js';
import { measureUsage } from './window.js';

/** Connects between two looks for answers: some 0.2 ms. */
const CONNECTS_AT_ONCE = 16;

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

  constructor({ port, clients, messageBytes }: BurstJob) {
    this.#count = clients;
    const exchange = new FirstBytes(new EchoPayloads(clients, messageBytes), () => {
      this.#firstByte.record(nowNs() - this.#startNs);
    });
    // The client closes first, and bursts are repeated: see connectSocket for why one address is not enough.
    this.#clients = new Clients({ port, clients, exchange, ownAddresses: true }, this);
  }

  run({ limitMs, serverPid }: BurstJob): BurstResult {
    let startMs = 0;
    const usage = measureUsage(serverPid, () => {
      this.#startNs = nowNs();
      for (let client = 0; client < this.#count; client++) {
        this.#clients.open(client, this.#startNs);
        if (client % CONNECTS_AT_ONCE === CONNECTS_AT_ONCE - 1) this.#clients.poll(0);
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
    // Only connections that are opened without a request are told of.
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

/** Another exchange, and a note when the first bytes of an answer come and are right. */
class FirstBytes implements Exchange {
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

  matches(client: number, offset: number, length: number, reply: Uint8Array, words: Int32Array): boolean {
    const isRight = this.#exchange.matches(client, offset, length, reply, words);
    if (isRight && offset === 0) this.#onFirst();
    return isRight;
  }
}
