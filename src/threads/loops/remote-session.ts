/**
 * How a handler in a worker calls its session, which lives on main: the call is a report, its answer
 * an order, and between them the handler waits on a promise while the worker serves others. Worker;
 * each client has one. ../calls.ts is the counterpart for blocking handlers.
 */
import { monotonicMs } from '../../base/clock.js';
import type { Session } from '../../shared/shared.js';
import { sessionOf, valueOf, type Outcome } from '../calls.js';
import type { Outbox } from './batch.js';
import type { Order, Report } from './protocol.js';

interface PendingCall {
  readonly method: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class RemoteSession {
  /** What the handler calls. */
  readonly session: Session = sessionOf((method, args) => this.#call(method, args));
  readonly #connection: number;
  readonly #outbox: Pick<Outbox<Report>, 'push'>;
  readonly #pending = new Map<number, PendingCall>();
  #lastCall = 0;
  #waitedMs = 0;

  constructor(connection: number, outbox: Pick<Outbox<Report>, 'push'>) {
    this.#connection = connection;
    this.#outbox = outbox;
  }

  /** Whether a call has no answer yet. */
  get isWaiting(): boolean {
    return this.#pending.size > 0;
  }

  /** How long its calls waited until main took them, in ms. */
  get waitedMs(): number {
    return this.#waitedMs;
  }

  answer({ call, outcome, waitedMs }: Extract<Order, { kind: 'answer' }>): void {
    const pending = this.#pending.get(call);
    if (!pending) return;
    this.#pending.delete(call);
    this.#waitedMs += waitedMs;
    try {
      pending.resolve(valueOf(pending.method, JSON.parse(outcome) as Outcome));
    } catch (error) {
      pending.reject(error);
    }
  }

  #call(method: string, args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const call = ++this.#lastCall;
      this.#outbox.push({
        ...{ kind: 'call', connection: this.#connection, call, method },
        ...{ args: JSON.stringify(args), askedAtMs: monotonicMs() },
      });
      this.#pending.set(call, { method, resolve, reject });
    });
  }
}
