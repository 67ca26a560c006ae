/**
 * Many connections at once, kept open while the runner looks at the server, for the scenario idle.
 *
 * Runs in the load process. Between the calls nothing is read, so a connection that the server
 * closes shows at the next {@link Hold.request}. Read next: bench/generator/sockets/clients.ts.
 */
import { NS_PER_MS, nowNs } from '../../lib/clock.js';
import { noErrors, type ErrorKind } from '../protocol/error-kinds.js';
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
  /**
   * The clients that this call waits for. Answers and failures are not counted for it: a client may
   * fail after its answer, and would count twice.
   */
  readonly #awaited = new Set<number>();
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

  /**
   * Sends one request on every open connection. One whose last answer is late awaits that answer.
   * @throws SystemCallError
   */
  request(limitMs: number): HoldResult {
    this.#withRequest = true;
    this.#answered = 0;
    return this.#each(limitMs, (client) => {
      if (!this.#clients.isOpen(client)) this.#awaited.delete(client);
      else if (!this.#clients.isWaiting(client)) this.#clients.request(client, nowNs());
    });
  }

  release(): void {
    this.#clients.closeAll();
  }

  connected(client: number): void {
    this.#connected += 1;
    if (this.#withRequest) this.#clients.request(client, nowNs());
    else this.#awaited.delete(client);
  }

  answered(client: number): void {
    this.#answered += 1;
    this.#awaited.delete(client);
  }

  failed(client: number, kind: ErrorKind): void {
    this.#errors[kind] += 1;
    this.#awaited.delete(client);
  }

  /** Calls `start` for each client, with a bounded number of clients pending, and waits for all. */
  #each(limitMs: number, start: (client: number) => void): HoldResult {
    const startNs = nowNs();
    this.#awaited.clear();
    let next = 0;
    pollFor(this.#clients, limitMs * NS_PER_MS, () => {
      while (next < this.#count && this.#awaited.size < MAX_PENDING) {
        this.#awaited.add(next);
        start(next++);
      }
      return next === this.#count && this.#awaited.size === 0;
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
