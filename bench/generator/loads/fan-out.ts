/**
 * The fan-out load: N members in one chat, some of which send lines in a closed loop.
 *
 * A sender sends its next line when all other members have its last one. Every delivery of a line
 * to a member is counted and timed from the send. It must be the sender's current line, byte for
 * byte, once, in the same order for all members. Runs in the load process. Read next:
 * chat-members.ts.
 */
import { NS_PER_MS, nowNs } from '../../lib/clock.js';
import { jainIndex } from '../../lib/fairness.js';
import { Histogram } from '../../../src/base/histogram.js';
import { noErrors, type ErrorKind } from '../protocol/error-kinds.js';
import type { LoadJob } from '../protocol/jobs.js';
import type { ClosedLoopResult, LoadResult } from '../protocol/results.js';
import { FULL_PAYLOAD_BYTES } from '../sockets/echo-payloads.js';
import { ChatMembers, type ChatEvents } from './chat-members.js';
import { ANSWER_LIMIT_MS, pollFor, runLoad, type Load, type Phase } from './phases.js';
import { TotalOrder } from './total-order.js';

/** @throws Error for an invalid job, or if members cannot join; SystemCallError if a call fails */
export function runFanOut(job: LoadJob): LoadResult {
  const fanOut = new FanOut(job);
  const usage = runLoad(fanOut, job);
  return { kind: 'loaded', ...fanOut.result(), ...usage };
}

class FanOut implements ChatEvents, Load {
  readonly #job: LoadJob;
  readonly #count: number;
  readonly #members: ChatMembers;
  readonly #order: TotalOrder;
  readonly #latency = new Histogram();
  readonly #errors = noErrors();
  /** By sender: the number of its current line, its send time, and the deliveries still missing. */
  readonly #line: Int32Array;
  readonly #sentNs: Float64Array;
  readonly #missing: Int32Array;
  /** The number of the last line a member received from a sender, at `member * #count + sender`. */
  readonly #lastDelivered: Int32Array;
  /** By member: 1 if it received a line, or all others received one of its lines, in the window. */
  readonly #isServed: Uint8Array;
  /** By sender: lines that all other members received, the last one in the window. */
  readonly #deliveredLines: Uint32Array;
  #phase: Phase = 'open';
  #inFlight = 0;
  /** Set when a member has failed. Senders would wait for it forever, so the job ends. */
  #hasFailed = false;

  constructor(job: LoadJob) {
    const { port, clients, senders, messageBytes } = job;
    if (senders < 1 || senders >= clients)
      throw new Error(`a chat of ${clients} has 1 to ${clients - 1} senders, not ${senders}`);
    if (messageBytes < FULL_PAYLOAD_BYTES)
      throw new Error(`a line has at least ${FULL_PAYLOAD_BYTES} bytes`);
    this.#job = job;
    this.#count = clients;
    this.#order = new TotalOrder(clients);
    this.#line = new Int32Array(clients);
    this.#sentNs = new Float64Array(clients);
    this.#missing = new Int32Array(clients);
    this.#lastDelivered = new Int32Array(clients * clients);
    this.#isServed = new Uint8Array(clients);
    this.#deliveredLines = new Uint32Array(clients);
    // Last: if an allocation fails, no descriptor is left open.
    this.#members = new ChatMembers(port, clients, messageBytes, this);
  }

  open(): void {
    this.#members.join();
  }

  enter(phase: Exclude<Phase, 'open'>): void {
    this.#phase = phase;
    if (phase !== 'warm-up') return;
    // Member 0 only listens: TotalOrder takes its order as the reference.
    for (let sender = 1; sender <= this.#job.senders; sender++) this.#sendNext(sender);
  }

  loadFor(durationNs: number): void {
    pollFor(this.#members, durationNs, () => this.#hasFailed);
  }

  /** Waits for the lines in flight. Compares orders only without loss: a lost line shifts them. */
  drain(): void {
    pollFor(
      this.#members,
      ANSWER_LIMIT_MS * NS_PER_MS,
      () => this.#inFlight === 0 || this.#hasFailed,
    );
    if (this.#hasFailed) return;
    this.#errors.timeout += this.#missing.reduce((total, missing) => total + missing, 0);
    if (this.#errors.timeout === 0) this.#errors.wrongOrder += this.#order.countDiffering();
  }

  result(): ClosedLoopResult {
    const clientsServed = this.#isServed.reduce((total, isServed) => total + isServed, 0);
    return {
      requests: this.#latency.count,
      errors: this.#errors,
      clientsServed,
      clientsUnanswered: this.#count - clientsServed,
      jain: jainIndex(this.#deliveredLines.subarray(1, this.#job.senders + 1)),
      latency: this.#latency.toJSON(),
    };
  }

  close(): void {
    this.#members.closeAll();
  }

  delivered(member: number, sender: number, receivedNs: number): void {
    if (this.#hasFailed) return;
    const line = this.#line[sender] ?? 0;
    const pair = member * this.#count + sender;
    if (member === sender || this.#lastDelivered[pair] === line) {
      this.#members.fail(member, 'wrongBytes');
      return;
    }
    this.#lastDelivered[pair] = line;
    this.#order.record(member, sender);
    const missing = (this.#missing[sender] ?? 0) - 1;
    this.#missing[sender] = missing;
    if (this.#phase === 'measure') {
      this.#latency.record(receivedNs - (this.#sentNs[sender] ?? 0));
      this.#isServed[member] = 1;
      if (missing === 0) {
        this.#isServed[sender] = 1;
        this.#deliveredLines[sender] = (this.#deliveredLines[sender] ?? 0) + 1;
      }
    }
    if (missing > 0) return;
    this.#inFlight -= 1;
    this.#order.compare(sender);
    if (this.#phase !== 'drain') this.#sendNext(sender);
  }

  failed(_member: number, kind: ErrorKind): void {
    // Later errors of the same batch may be consequences of the first.
    if (this.#hasFailed) return;
    this.#errors[kind] += 1;
    this.#hasFailed = true;
  }

  #sendNext(sender: number): void {
    this.#line[sender] = (this.#line[sender] ?? 0) + 1;
    this.#missing[sender] = this.#count - 1;
    this.#inFlight += 1;
    this.#sentNs[sender] = nowNs();
    this.#members.sendNext(sender);
  }
}
