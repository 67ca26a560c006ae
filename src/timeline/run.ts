/**
 * Collects the facts of one run of a server from its log lines. Lines of several threads may come in
 * any order, and a connection's lines may be incomplete. Pure. connections.ts computes a timeline.
 */
import { printable } from '../base/printable.js';

/** A line with the checked fields of every log line. The reader must check the other fields. */
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
  /** 0: main; undefined: not served. */
  readonly thread: number | undefined;
  readonly reason: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Times are milliseconds since 1970. */
export interface ConnectionFacts {
  peer: string;
  acceptedMs: number | undefined;
  queued: boolean;
  refused: boolean;
  closing: Closing | undefined;
  /** The thread that wrote the `debug` lines; 0: main. */
  messageThread: number | undefined;
  readonly receivedMs: number[];
  readonly sentMs: number[];
}

interface ThreadFacts {
  startedMs: number | undefined;
  lostMs: number | undefined;
}

const LAST_MESSAGES: readonly string[] = ['stopped', 'ended at once'];
const MAX_TEXT_CHARACTERS = 80;

export class Run {
  readonly pid: number;
  service: string | undefined;
  model: string | undefined;
  listens = false;
  firstMs = Infinity;
  lastMs = -Infinity;
  readonly connections = new Map<number, ConnectionFacts>();
  readonly threads = new Map<number, ThreadFacts>();
  #ended = false;

  constructor(pid: number) {
    this.pid = pid;
  }

  /**
   * Whether this line must belong to the next run. Runs may share a process id, which the kernel
   * reuses; in a container it is always the same.
   */
  startsNextRun(line: LogLine): boolean {
    if (this.#ended) return true;
    if (line.msg === 'listening') return this.listens;
    if (line.msg === 'accepted')
      return this.connections.get(Number(line['connection']))?.acceptedMs !== undefined;
    return line.msg === 'thread started' && this.threads.get(Number(line['thread']))?.startedMs !== undefined;
  }

  add(line: LogLine): void {
    this.firstMs = Math.min(this.firstMs, line.time);
    this.lastMs = Math.max(this.lastMs, line.time);
    if (LAST_MESSAGES.includes(line.msg)) this.#ended = true;
    switch (line.msg) {
      case 'listening':
        this.listens = true;
        this.#name(line);
        return;
      case 'thread started':
      case 'thread lost':
        this.#addThread(line);
        return;
      case 'accepted':
      case 'queued':
      case 'refused':
      case 'closed':
      case 'received':
      case 'sending':
        this.#addConnection(line);
    }
  }

  #name(line: LogLine): void {
    this.service ??= text(line['service']);
    this.model ??= text(line['model']);
  }

  #addThread(line: LogLine): void {
    const thread = count(line['thread']);
    // A thread that died while starting has no number.
    if (thread === undefined) return;
    const facts = this.threads.get(thread) ?? { startedMs: undefined, lostMs: undefined };
    this.threads.set(thread, facts);
    if (line.msg === 'thread started') facts.startedMs = line.time;
    else facts.lostMs = line.time;
  }

  #addConnection(line: LogLine): void {
    const connection = count(line['connection']);
    if (connection === undefined) return;
    const facts = this.connections.get(connection) ?? noFacts();
    this.connections.set(connection, facts);
    facts.peer = text(line['peer']) ?? facts.peer;
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
        this.#name(line);
        facts.closing = {
          atMs: line.time,
          waitedMs: amount(line['waitedMs']),
          servedMs: amount(line['servedMs']),
          thread: count(line['thread']),
          reason: text(line['reason']) ?? 'unknown',
          bytesIn: amount(line['bytesIn']),
          bytesOut: amount(line['bytesOut']),
        };
        return;
      default:
        facts.messageThread ??= count(line['thread']) ?? 0;
        (line.msg === 'received' ? facts.receivedMs : facts.sentMs).push(line.time);
    }
  }
}

function noFacts(): ConnectionFacts {
  return {
    peer: 'unknown',
    acceptedMs: undefined,
    queued: false,
    refused: false,
    closing: undefined,
    messageThread: undefined,
    receivedMs: [],
    sentMs: [],
  };
}

/** Replaces characters that XML does not allow, since texts appear in SVG. */
function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return printable(value.slice(0, MAX_TEXT_CHARACTERS))
    .replace(/\u00a0/g, ' ')
    .replace(/[\ud800-\udfff\ufffe\uffff]/g, '\ufffd');
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function amount(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}
