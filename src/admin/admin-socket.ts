/**
 * The admin socket: a Unix-domain socket, opened with --admin, on which a running server sends
 * snapshots. Main thread.
 *
 *     on connect         one snapshot (snapshot.ts), a line of JSON
 *     {"everyMs":250}    a snapshot every 250 ms from now on; with "brief":true, a brief one
 *     an empty line      one more snapshot
 *     GET /metrics …     HTTP, which monitoring.ts serves
 *     anything else      {"format":1,"error":"…"}, and the connection closes
 *
 * Watchers must not delay clients. Only the owner of the file can connect. A watcher that reads
 * slowly misses snapshots, and one that reads nothing is disconnected. Watchers that ask within a
 * moment share one snapshot. Read observer.ts next.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { removeStaleSocket, startError } from '../serving/listen-address.js';
import type { MaybePromise } from '../connection/connection.js';
import type { Logger } from '../log/log.js';
import { monotonicMs, toMicroseconds } from '../base/clock.js';
import { CpuMeter } from './cpu-meter.js';
import { decideByFirstBytes } from './first-bytes.js';
import type { Monitoring } from './monitoring.js';
import type { Observer } from './observer.js';
import {
  LEAST_EVERY_MS,
  MOST_EVERY_MS,
  SNAPSHOT_FORMAT,
  type BriefSnapshot,
  type Snapshot,
} from './snapshot.js';

/** Only the owner may connect. */
const UMASK = 0o177;
const MOST_WATCHERS = 16;
const MOST_REQUEST_CHARACTERS = 1024;
/**
 * A watcher that neither asks nor reads for this long is disconnected. More than {@link
 * MOST_EVERY_MS}.
 */
const SILENCE_MS = 10_000;
/** For this long, later requests get the same snapshot. */
const FRESH_MS = 20;

type Observing = Pick<Observer, 'refresh' | 'take' | 'takeBrief'>;

/** A snapshot in its JSON form, a line. */
interface Line {
  readonly text: MaybePromise<string>;
  /** When it was asked for. */
  readonly atMs: number;
}

const NO_LINE: Line = { text: '', atMs: -Infinity };

interface AdminSettings {
  readonly silenceMs?: number;
  /** Serves HTTP clients; undefined: there are watchers only. */
  readonly monitoring?: Pick<Monitoring, 'admit'>;
}

export class AdminSocket {
  readonly #server: Server;
  readonly #observer: Observing;
  readonly #silenceMs: number;
  readonly #monitoring: AdminSettings['monitoring'];
  /** Watchers, and the connections of HTTP clients. */
  readonly #visitors = new Set<{ end(): void }>();
  readonly #cpu = new CpuMeter();
  #whole = NO_LINE;
  #brief = NO_LINE;
  /** How long it took to make a line of the last snapshot. */
  #writingMs = 0;

  /**
   * Listens at `path`, and replaces the socket file of a dead server there.
   * @param path whose length the command line has checked
   * @throws StartError when the path cannot be used, with the reason in one line
   */
  static async open(
    path: string,
    observer: Observing,
    log: Logger,
    { silenceMs = SILENCE_MS, monitoring }: AdminSettings = {},
  ): Promise<AdminSocket> {
    await removeStaleSocket(path);
    const admin = new AdminSocket(observer, silenceMs, monitoring);
    const server = admin.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(startError({ path }, error)));
      // listen() creates the file before it returns, with the umask of this moment.
      const before = process.umask(UMASK);
      try {
        server.listen({ path }, resolve);
      } finally {
        process.umask(before);
      }
    });
    server.removeAllListeners('error');
    server.on('error', (error) => log.error({ err: error }, 'admin socket failed'));
    return admin;
  }

  private constructor(
    observer: Observing,
    silenceMs: number,
    monitoring: AdminSettings['monitoring'],
  ) {
    this.#silenceMs = silenceMs;
    this.#monitoring = monitoring;
    this.#observer = observer;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#admit(socket));
  }

  /** Removes the file and disconnects all watchers. */
  close(): void {
    this.#server.close();
    for (const visitor of this.#visitors) visitor.end();
  }

  #admit(socket: Socket): void {
    socket.on('error', () => undefined);
    if (this.#visitors.size >= MOST_WATCHERS) {
      reject(socket, `there are ${MOST_WATCHERS} watchers already`);
      return;
    }
    const visitor = {
      end(): void {
        socket.destroy();
      },
    };
    this.#visitors.add(visitor);
    socket.once('close', () => this.#visitors.delete(visitor));
    const watch = (hasEnded: boolean) => {
      const watcher = new Watcher(socket, this.#silenceMs, this.#cpu, (isBrief) =>
        isBrief ? this.#briefLine() : this.#wholeLine(),
      );
      visitor.end = () => watcher.end();
      if (hasEnded) watcher.end();
    };
    const monitoring = this.#monitoring;
    if (!monitoring) watch(false);
    else decideByFirstBytes(socket, () => void monitoring.admit(socket), watch);
  }

  #wholeLine(): MaybePromise<string> {
    const nowMs = monotonicMs();
    if (!isFresh(this.#whole, nowMs)) {
      const refreshed = this.#observer.refresh();
      const take = () => this.#lineOf(this.#observer.take());
      const text = refreshed ? refreshed.then(() => this.#cpu.count(take)) : take();
      this.#whole = { text, atMs: nowMs };
    }
    return this.#whole.text;
  }

  /** A whole one will do, too. */
  #briefLine(): MaybePromise<string> {
    const nowMs = monotonicMs();
    if (isFresh(this.#whole, nowMs)) return this.#whole.text;
    if (!isFresh(this.#brief, nowMs))
      this.#brief = { text: this.#lineOf(this.#observer.takeBrief()), atMs: nowMs };
    return this.#brief.text;
  }

  #lineOf(snapshot: Snapshot | BriefSnapshot): string {
    const startedAtMs = monotonicMs();
    const tookMs = toMicroseconds((snapshot.tookMs ?? 0) + this.#writingMs);
    const cpuMs = this.#cpu.usedMs;
    const watching = cpuMs === undefined ? {} : { watchingCpuMs: toMicroseconds(cpuMs) };
    const line = `${JSON.stringify({ ...snapshot, tookMs, ...watching })}\n`;
    this.#writingMs = monotonicMs() - startedAtMs;
    return line;
  }
}

function isFresh({ atMs }: Line, nowMs: number): boolean {
  return nowMs - atMs <= FRESH_MS;
}

/** One connected watcher. */
class Watcher {
  readonly #socket: Socket;
  readonly #cpu: CpuMeter;
  readonly #lineOf: (isBrief: boolean) => MaybePromise<string>;
  #isBrief = false;
  /** Set while a snapshot is being taken. */
  #sending: Promise<void> | undefined;
  #request = '';
  #interval: NodeJS.Timeout | undefined;

  constructor(
    socket: Socket,
    silenceMs: number,
    cpu: CpuMeter,
    lineOf: (isBrief: boolean) => MaybePromise<string>,
  ) {
    this.#socket = socket;
    this.#cpu = cpu;
    this.#lineOf = lineOf;
    socket.setTimeout(silenceMs, () => socket.destroy());
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#onText(text));
    socket.on('end', () => {
      // `echo '{"everyMs":500}' | nc -U …` still reads; a failing write ends it.
      if (this.#interval === undefined) this.end();
    });
    socket.once('close', () => clearInterval(this.#interval));
    this.#sendSnapshot();
  }

  end(): void {
    clearInterval(this.#interval);
    if (this.#sending) void this.#sending.then(() => this.#socket.destroySoon());
    else this.#socket.destroySoon();
  }

  #onText(text: string): void {
    if (this.#socket.writableEnded) return;
    const lines = (this.#request + text).split('\n');
    this.#request = lines.pop() ?? '';
    const wrong = lines.find((line) => !this.#execute(line));
    if (wrong === undefined && this.#request.length <= MOST_REQUEST_CHARACTERS) {
      // One snapshot, however many empty lines came together.
      if (lines.some(isEmpty)) this.#sendSnapshot();
      return;
    }
    clearInterval(this.#interval);
    const expected = `{"everyMs":<${LEAST_EVERY_MS} to ${MOST_EVERY_MS}>} or an empty line`;
    reject(this.#socket, `expected ${expected}`);
  }

  /** @returns whether the line is a request */
  #execute(line: string): boolean {
    if (isEmpty(line)) return true;
    const request = requestOf(line);
    if (request === undefined) return false;
    clearInterval(this.#interval);
    this.#isBrief = request.isBrief;
    this.#interval = setInterval(() => this.#sendSnapshot(), request.everyMs);
    return true;
  }

  #sendSnapshot(): void {
    if (this.#socket.writableLength > 0 || this.#sending) return;
    this.#cpu.count(() => {
      const line = this.#lineOf(this.#isBrief);
      if (typeof line === 'string') this.#socket.write(line);
      else this.#sending = line.then((taken) => this.#cpu.count(() => this.#write(taken)));
    });
  }

  #write(line: string): void {
    this.#sending = undefined;
    if (!this.#socket.writableEnded) this.#socket.write(line);
  }
}

function isEmpty(line: string): boolean {
  return line.trim() === '';
}

function requestOf(
  line: string,
): { readonly everyMs: number; readonly isBrief: boolean } | undefined {
  if (line.length > MOST_REQUEST_CHARACTERS) return undefined;
  try {
    const { everyMs, brief } = JSON.parse(line) as { everyMs?: unknown; brief?: unknown };
    if (typeof everyMs !== 'number' || !Number.isInteger(everyMs)) return undefined;
    if (everyMs < LEAST_EVERY_MS || everyMs > MOST_EVERY_MS) return undefined;
    return { everyMs, isBrief: brief === true };
  } catch {
    // No JSON, or JSON's null.
    return undefined;
  }
}

function reject(socket: Socket, error: string): void {
  socket.write(`${JSON.stringify({ format: SNAPSHOT_FORMAT, error })}\n`);
  socket.destroySoon();
}
