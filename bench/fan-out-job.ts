/**
 * One fan-out job: N members in one chat, of whom some speak, in a closed loop.
 *
 * Each sender says its next line when all other members have its last. Every receipt is counted and timed from the
 * send; it must be a sender's current line, byte for byte, once, in the same order for all. Runs in the generator's
 * process and keeps its only thread until the job ends; the phases are those of load-job.ts: join, warm-up, measured
 * window, drain. chat-members.ts does the input and output.
 */
import { ChatMembers, type ChatEvents } from './chat-members.js';
import { nowNs } from './clients.js';
import { jainIndex } from './fairness.js';
import { Histogram } from './histogram.js';
import { noErrors, type ErrorKind, type LoadJob, type LoadResult } from './protocol.js';
import { WHOLE_TOKEN_BYTES } from './tokens.js';
import { TotalOrder } from './total-order.js';
import { measureUsage } from './window.js';

const NS_PER_MS = 1e6;
const HEARD_LIMIT_NS = 2000 * NS_PER_MS;
const LONGEST_POLL_MS = 10;

type Phase = 'warm-up' | 'measure' | 'drain';

export function runFanOut(job: LoadJob): LoadResult {
  const fanOut = new FanOut(job);
  try {
    return fanOut.run();
  } finally {
    fanOut.close();
  }
}

class FanOut implements ChatEvents {
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
  #phase: Phase = 'warm-up';
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

  run(): LoadResult {
    const { senders, warmUpMs, durationMs, serverPid } = this.#job;
    this.#members.join();
    // Member 0 listens: it is the one whose order is everybody's.
    for (let sender = 1; sender <= senders; sender++) this.#speak(sender);
    this.#pollFor(warmUpMs * NS_PER_MS);
    const usage = measureUsage(serverPid, () => {
      this.#phase = 'measure';
      this.#pollFor(durationMs * NS_PER_MS);
      this.#phase = 'drain';
    });
    this.#drain();
    const clientsServed = this.#tookPart.reduce((total, took) => total + took, 0);
    return {
      kind: 'loaded',
      requests: this.#latency.count,
      errors: this.#errors,
      clientsServed,
      clientsUnanswered: this.#count - clientsServed,
      jain: jainIndex(this.#heardLines.subarray(1, senders + 1)),
      latency: this.#latency.toJSON(),
      ...usage,
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

  /** Waits for all to hear what is under way. Orders are judged only if nothing was lost: a loss shifts them. */
  #drain(): void {
    this.#pollFor(HEARD_LIMIT_NS, () => this.#underWay === 0);
    if (this.#isBroken) return;
    this.#errors.timeout += this.#missing.reduce((total, missing) => total + missing, 0);
    if (this.#errors.timeout === 0) this.#errors.wrongOrder += this.#order.countOut();
  }

  #pollFor(durationNs: number, isDone?: () => boolean): void {
    const endNs = nowNs() + durationNs;
    for (let now = nowNs(); now < endNs && isDone?.() !== true && !this.#isBroken; now = nowNs()) {
      this.#members.poll(Math.min(LONGEST_POLL_MS, Math.ceil((endNs - now) / NS_PER_MS)));
    }
  }
}
