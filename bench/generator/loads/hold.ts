/**
 * Many connections at once, kept open while the runner looks at the server: for the capacity scenario.
 *
 * Runs in the generator's process. Between the calls nothing is read, so a connection that the server ends
 * meanwhile shows at the next `speak`. bench/generator/sockets/clients.ts does the input and output; bench/generator/main.ts calls this.
 */
import { Clients, type ClientEvents } from '../sockets/clients.js';
import { NS_PER_MS, nowNs } from '../../lib/clock.js';
import type { HoldJob } from '../protocol/jobs.js';
import { pollFor } from './phases.js';
import { noErrors, totalErrors, type ErrorKind, type HoldResult } from '../protocol/answers.js';
import { EchoPayloads } from '../sockets/echo-payloads.js';

/** Far below any listen queue in use: a connection that is dropped from a full one costs a second. */
const MOST_OPENING = 32;
const MESSAGE_BYTES = 32;

export class Hold implements ClientEvents {
  readonly #count: number;
  readonly #clients: Clients;
  readonly #errors: Record<ErrorKind, number> = noErrors();
  #connected = 0;
  #answered = 0;
  #speaks = false;

  constructor({ port, clients }: HoldJob) {
    this.#count = clients;
    const exchange = new EchoPayloads(clients, MESSAGE_BYTES);
    this.#clients = new Clients({ port, clients, exchange, ownAddresses: true }, this);
  }

  /** Connects all; those that are to speak have then been answered once. */
  open({ speak, limitMs }: HoldJob): HoldResult {
    this.#speaks = speak;
    return this.#each(limitMs, (client) => this.#clients.openQuietly(client));
  }

  /** Lets every connection that is open send one request. */
  speak(limitMs: number): HoldResult {
    this.#speaks = true;
    this.#answered = 0;
    return this.#each(limitMs, (client) => {
      if (this.#clients.isOpen(client)) this.#clients.request(client, nowNs());
    });
  }

  release(): void {
    this.#clients.closeAll();
  }

  connected(client: number): void {
    this.#connected += 1;
    if (this.#speaks) this.#clients.request(client, nowNs());
  }

  answered(): void {
    this.#answered += 1;
  }

  failed(_client: number, kind: ErrorKind): void {
    this.#errors[kind] += 1;
  }

  #each(limitMs: number, begin: (client: number) => void): HoldResult {
    const startNs = nowNs();
    const settled = () => (this.#speaks ? this.#answered : this.#connected) + totalErrors(this.#errors);
    let begun = 0;
    pollFor(this.#clients, limitMs * NS_PER_MS, () => {
      while (begun < this.#count && begun - settled() < MOST_OPENING) begin(begun++);
      return settled() >= this.#count;
    });
    return {
      kind: 'held',
      connected: this.#connected,
      answered: this.#answered,
      errors: { ...this.#errors },
      durationMs: (nowNs() - startNs) / NS_PER_MS,
    };
  }
}
