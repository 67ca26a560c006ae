/**
 * Collects what the log says about one run of a server, line by line.
 *
 * Lines may come in any order, because several threads write them, and lines of a connection may be
 * missing. Read connections.ts next, which builds the timeline from a run.
 */
import { printable } from '../base/printable.js';

/** A line of the log. The types of these fields are checked; readers check the other fields. */
export interface LogLine {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly pid: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** The fields of a `closed` line that a timeline needs. */
export interface Closing {
  readonly atMs: number;
  readonly waitedMs: number;
  readonly servedMs: number;
  /** Where these times went; undefined in logs of 0.1.0, and where it does not apply. */
  readonly queuedMs: number | undefined;
  readonly computedMs: number | undefined;
  readonly loopWaitMs: number | undefined;
  readonly coreWaitMs: number | undefined;
  /** The thread that served the connection; 0: the main thread; undefined: none. */
  readonly thread: number | undefined;
  readonly reason: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** The facts about one connection. Times are milliseconds since 1970. */
export interface ConnectionFacts {
  peer: string;
  acceptedMs: number | undefined;
  backlogMs: number | undefined;
  queued: boolean;
  refused: boolean;
  closing: Closing | undefined;
  /** The thread that wrote the connection's `debug` lines; 0: the main thread. */
  messageThread: number | undefined;
  readonly receivedMs: number[];
  readonly sentMs: number[];
}

interface ThreadFacts {
  startedMs: number | undefined;
  lostMs: number | undefined;
}

/** A `loop blocked` line. */
interface BlockFacts {
  readonly untilMs: number;
  readonly blockedMs: number;
  /** Whose loop it is; 0: main's. */
  readonly thread: number;
  /** Whose handler held the loop longest; undefined if none did. */
  readonly connection: number | undefined;
  readonly heldMs: number;
}

/** More are counted and not kept: a log of days may have millions. */
const MAX_BLOCKS = 10_000;
const FINAL_MESSAGES: readonly string[] = ['stopped', 'ended at once'];
/** Longer texts of the log are truncated; counted in UTF-16 code units. */
const MAX_TEXT_LENGTH = 80;

export class Run {
  readonly pid: number;
  service: string | undefined;
  model: string | undefined;
  isListening = false;
  firstMs = Infinity;
  lastMs = -Infinity;
  readonly connections = new Map<number, ConnectionFacts>();
  readonly threads = new Map<number, ThreadFacts>();
  readonly blocks: BlockFacts[] = [];
  blocksLeftOut = 0;
  #ended = false;

  constructor(pid: number) {
    this.pid = pid;
  }

  /**
   * Tells whether a line must belong to another run with the same process id. Process ids are
   * reused; a server in a container has the same one in every run.
   */
  startsNextRun(line: LogLine): boolean {
    if (this.#ended) return true;
    if (line.msg === 'listening') return this.isListening;
    if (line.msg === 'accepted')
      return this.connections.get(Number(line['connection']))?.acceptedMs !== undefined;
    return (
      line.msg === 'thread started' &&
      this.threads.get(Number(line['thread']))?.startedMs !== undefined
    );
  }

  /** Adds a line of this run; lines with unknown messages count only for the times of the run. */
  add(line: LogLine): void {
    this.firstMs = Math.min(this.firstMs, line.time);
    this.lastMs = Math.max(this.lastMs, line.time);
    if (FINAL_MESSAGES.includes(line.msg)) this.#ended = true;
    switch (line.msg) {
      case 'listening':
        this.isListening = true;
        this.#setNames(line);
        return;
      case 'thread started':
      case 'thread lost':
        this.#addThreadLine(line);
        return;
      case 'loop blocked':
        this.#addBlock(line);
        return;
      case 'accepted':
      case 'queued':
      case 'refused':
      case 'closed':
      case 'received':
      case 'sending':
        this.#addConnectionLine(line);
    }
  }

  #setNames(line: LogLine): void {
    this.service ??= xmlText(line['service']);
    this.model ??= xmlText(line['model']);
  }

  #addThreadLine(line: LogLine): void {
    const thread = nonNegativeInteger(line['thread']);
    // A thread that died before it had started has no number.
    if (thread === undefined) return;
    const facts = this.threads.get(thread) ?? { startedMs: undefined, lostMs: undefined };
    this.threads.set(thread, facts);
    if (line.msg === 'thread started') facts.startedMs = line.time;
    else facts.lostMs = line.time;
  }

  #addBlock(line: LogLine): void {
    if (this.blocks.length === MAX_BLOCKS) {
      this.blocksLeftOut++;
      return;
    }
    this.blocks.push({
      untilMs: line.time,
      blockedMs: positiveNumber(line['blockedMs']),
      thread: nonNegativeInteger(line['thread']) ?? 0,
      connection: nonNegativeInteger(line['connection']),
      heldMs: positiveNumber(line['heldMs']),
    });
  }

  #addConnectionLine(line: LogLine): void {
    const connection = nonNegativeInteger(line['connection']);
    if (connection === undefined) return;
    const facts = this.connections.get(connection) ?? emptyFacts();
    this.connections.set(connection, facts);
    facts.peer = xmlText(line['peer']) ?? facts.peer;
    facts.backlogMs ??= durationMs(line['backlogMs']);
    switch (line.msg) {
      case 'accepted':
        facts.acceptedMs = line.time;
        return;
      case 'queued':
        facts.queued = true;
        return;
      case 'refused':
        facts.refused = true;
        return;
      case 'closed':
        this.#setNames(line);
        facts.closing = {
          atMs: line.time,
          waitedMs: positiveNumber(line['waitedMs']),
          servedMs: positiveNumber(line['servedMs']),
          queuedMs: durationMs(line['queuedMs']),
          computedMs: durationMs(line['computedMs']),
          loopWaitMs: durationMs(line['loopWaitMs']),
          coreWaitMs: durationMs(line['coreWaitMs']),
          thread: nonNegativeInteger(line['thread']),
          reason: xmlText(line['reason']) ?? 'unknown',
          bytesIn: positiveNumber(line['bytesIn']),
          bytesOut: positiveNumber(line['bytesOut']),
        };
        return;
      default:
        facts.messageThread ??= nonNegativeInteger(line['thread']) ?? 0;
        (line.msg === 'received' ? facts.receivedMs : facts.sentMs).push(line.time);
    }
  }
}

function emptyFacts(): ConnectionFacts {
  return {
    peer: 'unknown',
    acceptedMs: undefined,
    backlogMs: undefined,
    queued: false,
    refused: false,
    closing: undefined,
    messageThread: undefined,
    receivedMs: [],
    sentMs: [],
  };
}

/**
 * Returns a text that is valid in XML, which excludes some characters; undefined for other types.
 */
function xmlText(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return printable(value.slice(0, MAX_TEXT_LENGTH))
    .replace(/\u00a0/g, ' ')
    .replace(/[\ud800-\udfff\ufffe\uffff]/g, '\ufffd');
}

function nonNegativeInteger(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function durationMs(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function positiveNumber(value: unknown): number {
  return durationMs(value) ?? 0;
}
