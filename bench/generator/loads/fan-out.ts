/**
 * One fan-out job: N members in one chat, of whom some speak, in a closed loop.
 *
 * Each sender says its next line when all other members have its last. Every receipt is counted and timed from the
 * send; it must be a sender's current line, byte for byte, once, in the same order for all. Runs in the generator's
 * process; phases.ts tells in which order, chat-members.ts does the input and output.
 */
import { ChatMembers, type ChatEvents } from './chat-members.js';
import { NS_PER_MS, nowNs } from '../../lib/clock.js';
import { jainIndex } from '../../lib/fairness.js';
import { Histogram } from '../../lib/histogram.js';
import type { LoadJob } from '../protocol/jobs.js';
import { ANSWER_LIMIT_MS, pollFor, runLoad, type Load, type Phase } from './phases.js';
import { noErrors, type ClosedLoopResult, type ErrorKind, type LoadResult } from '../protocol/answers.js';
import { WHOLE_TOKEN_BYTES } from '../sockets/echo-payloads.js';
import { TotalOrder } from './total-order.js';

const HEARD_LIMIT_NS = ANSWER_LIMIT_MS * NS_PER_MS;

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
  /** By sender: the number of its current line, when it was sent, and how many have yet to hear it. */
  readonly #line: Int32Array;
  readonly #sentNs: Float64Array;
  readonly #missing: Int32Array;
  /** The last line that a member has heard of a sender, at `member * #count + sender`. */
  readonly #lastHeard: Int32Array;
  readonly #tookPart: Uint8Array;
  /** By sender: lines that all have heard within the window. */
  readonly #heardLines: Uint32Array;
  #phase: Phase = 'open';
  #underWay = 0;
  /** A member is lost: its senders would wait for it for ever, so the job ends. */
  #isBroken = false;

  constructor(job: LoadJob) {
    const { port, clients, senders, messageBytes } = job;
    if (senders < 1 || senders >= clients) throw new Error('somebody speaks, and somebody only listens');
    if (messageBytes < WHOLE_TOKEN_BYTES) throw new Error(`a line has at least ${WHOLE_TOKEN_BYTES} bytes`);
    this.#job = job;
    this.#count = clients;
    this.#members = new ChatMembers(port, clients, messageBytes, this);
    this.#order = new TotalOrder(clients);
    this.#line = new Int32Array(clients);
    this.#sentNs = new Float64Array(clients);
    this.#missing = new Int32Array(clients);
    this.#lastHeard = new Int32Array(clients * clients);
    this.#tookPart = new Uint8Array(clients);
    this.#heardLines = new Uint32Array(clients);
  }

  open(): void {
    this.#members.join();
  }

  enter(phase: Exclude<Phase, 'open'>): void {
    this.#phase = phase;
    if (phase !== 'warm-up') return;
    // Member 0 listens: it is the one whose order is everybody's.
    for (let sender = 1; sender <= this.#job.senders; sender++) this.#speak(sender);
  }

  loadFor(durationNs: number): void {
    pollFor(this.#members, durationNs, () => this.#isBroken);
  }

  /** Waits for all to hear what is under way. Orders are judged only if nothing was lost: a loss shifts them. */
  drain(): void {
    pollFor(this.#members, HEARD_LIMIT_NS, () => this.#underWay === 0 || this.#isBroken);
    if (this.#isBroken) return;
    this.#errors.timeout += this.#missing.reduce((total, missing) => total + missing, 0);
    if (this.#errors.timeout === 0) this.#errors.wrongOrder += this.#order.countOut();
  }

  result(): ClosedLoopResult {
    const clientsServed = this.#tookPart.reduce((total, took) => total + took, 0);
    return {
      requests: this.#latency.count,
      errors: this.#errors,
      clientsServed,
      clientsUnanswered: this.#count - clientsServed,
      jain: jainIndex(this.#heardLines.subarray(1, this.#job.senders + 1)),
      latency: this.#latency.toJSON(),
    };
  }

  close(): void {
    this.#members.closeAll();
  }

  heard(member: number, sender: number, receivedNs: number): void {
    if (this.#isBroken) return;
    const line = this.#line[sender] ?? 0;
    const pair = member * this.#count + sender;
    if (member === sender || this.#lastHeard[pair] === line) {
      this.#members.fail(member, 'wrongBytes');
      return;
    }
    this.#lastHeard[pair] = line;
    this.#order.note(member, sender);
    const missing = (this.#missing[sender] ?? 0) - 1;
    this.#missing[sender] = missing;
    if (this.#phase === 'measure') {
      this.#latency.record(receivedNs - (this.#sentNs[sender] ?? 0));
      this.#tookPart[member] = 1;
      if (missing === 0) {
        this.#tookPart[sender] = 1;
        this.#heardLines[sender] = (this.#heardLines[sender] ?? 0) + 1;
      }
    }
    if (missing > 0) return;
    this.#underWay -= 1;
    this.#order.compare(sender);
    if (this.#phase !== 'drain') this.#speak(sender);
  }

  failed(_member: number, kind: ErrorKind): void {
    // What else is wrong in the same batch may follow from the first.
    if (this.#isBroken) return;
    this.#errors[kind] += 1;
    this.#isBroken = true;
  }

  #speak(sender: number): void {
    this.#line[sender] = (this.#line[sender] ?? 0) + 1;
    this.#missing[sender] = this.#count - 1;
    this.#underWay += 1;
    this.#sentNs[sender] = nowNs();
    this.#members.say(sender);
  }
}
