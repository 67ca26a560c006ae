/**
 * Many connections at once, kept open while the runner looks at the server, for the scenario idle.
 *
 * Runs in the load process. Between the calls nothing is read, so a connection that the server
 * closes shows at the next {@link Hold.request}. Read next: bench/generator/sockets/clients.ts.
 */
import { NS_PER_MS, nowNs } from '../../lib/clock.js';
import { noErrors, totalErrors, type ErrorKind } from '../protocol/error-kinds.js';
import type { HoldJob } from '../protocol/jobs.js';
import type { HoldResult } from '../protocol/results.js';
import { Clients, type ClientEvents } from '../sockets/clients.js';
import { exchangeOf } from '../sockets/content.js';
import { pollFor } from './phases.js';

/** Far below any listen queue in use: a full queue drops SYNs, which costs a second each. */
const MAX_PENDING = 32;
const MESSAGE_BYTES = 32;

export class Hold implements ClientEvents {
  readonly #count: number;
  readonly #clients: Clients;
  readonly #errors: Record<ErrorKind, number> = noErrors();
  #connected = 0;
  #answered = 0;
  #withRequest = false;

  constructor({ port, clients, content }: HoldJob) {
    this.#count = clients;
    const settings = { clients, messageBytes: MESSAGE_BYTES, ...(content && { content }) };
    const exchange = exchangeOf(settings);
    this.#clients = new Clients({ port, clients, exchange, ownAddresses: true }, this);
  }

  /**
   * Connects all clients and, if the job says so, sends one request each.
   * @throws SystemCallError
   */
  open({ withRequest, limitMs }: HoldJob): HoldResult {
    this.#withRequest = withRequest;
    return this.#each(limitMs, (client) => this.#clients.openIdle(client));
  }

  /** Sends one request on every open connection. @throws SystemCallError */
  request(limitMs: number): HoldResult {
    this.#withRequest = true;
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
    if (this.#withRequest) this.#clients.request(client, nowNs());
  }

  answered(): void {
    this.#answered += 1;
  }

  failed(_client: number, kind: ErrorKind): void {
    this.#errors[kind] += 1;
  }

  /** Calls `start` for each client, with a bounded number of clients pending, and waits for all. */
  #each(limitMs: number, start: (client: number) => void): HoldResult {
    const startNs = nowNs();
    const settled = () =>
      (this.#withRequest ? this.#answered : this.#connected) + totalErrors(this.#errors);
    let started = 0;
    pollFor(this.#clients, limitMs * NS_PER_MS, () => {
      while (started < this.#count && started - settled() < MAX_PENDING) start(started++);
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
