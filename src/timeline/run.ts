/**
 * What the log says of one run of a server, gathered line by line. Lines may come in any order, as those of several
 * threads do, and those of a connection may be incomplete. connections.ts makes a timeline of it.
 */
import { printable } from '../base/printable.js';

/** A line of the log that can be relied on to have these; the other fields are for their reader to check. */
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
  /** 0: main; undefined: nobody served it. */
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
  /** The thread that wrote its `debug` lines; 0: main. */
  messageThread: number | undefined;
  readonly receivedMs: number[];
  readonly sentMs: number[];
}

interface ThreadFacts {
  startedMs: number | undefined;
  lostMs: number | undefined;
}

const FINAL_MESSAGES: readonly string[] = ['stopped', 'ended at once'];
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
  #ended = false;

  constructor(pid: number) {
    this.pid = pid;
  }

  /** Whether this line must be another run's: process ids are used again, in a container always the same one. */
  startsNextRun(line: LogLine): boolean {
    if (this.#ended) return true;
    if (line.msg === 'listening') return this.isListening;
    if (line.msg === 'accepted')
      return this.connections.get(Number(line['connection']))?.acceptedMs !== undefined;
    return line.msg === 'thread started' && this.threads.get(Number(line['thread']))?.startedMs !== undefined;
  }

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
    // One that died before it was up has no number.
    if (thread === undefined) return;
    const facts = this.threads.get(thread) ?? { startedMs: undefined, lostMs: undefined };
    this.threads.set(thread, facts);
    if (line.msg === 'thread started') facts.startedMs = line.time;
    else facts.lostMs = line.time;
  }

  #addConnectionLine(line: LogLine): void {
    const connection = nonNegativeInteger(line['connection']);
    if (connection === undefined) return;
    const facts = this.connections.get(connection) ?? emptyFacts();
    this.connections.set(connection, facts);
    facts.peer = xmlText(line['peer']) ?? facts.peer;
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
    queued: false,
    refused: false,
    closing: undefined,
    messageThread: undefined,
    receivedMs: [],
    sentMs: [],
  };
}

/** Texts end up in XML, which has no place for some characters. */
function xmlText(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return printable(value.slice(0, MAX_TEXT_LENGTH))
    .replace(/\u00a0/g, ' ')
    .replace(/[\ud800-\udfff\ufffe\uffff]/g, '\ufffd');
}

function nonNegativeInteger(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function positiveNumber(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}
