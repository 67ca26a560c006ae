/**
 * The admin socket: a Unix-domain socket, opened only on request, on which a running server tells of itself. Main thread.
 *
 *     who connects gets a snapshot (snapshot.ts), one line of JSON
 *     {"everyMs":250}    and from now on one every 250 ms
 *     an empty line      and one more
 *     anything else      {"format":1,"error":"…"}, and that is the end of it
 *
 * Who asks must not hold up those who are served: the file is its owner's alone; a watcher that is slow to read misses
 * snapshots instead of piling them up, and is cut off when it reads nothing at all; a snapshot is taken for all who ask
 * within a moment.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { removeStaleSocket, startError } from '../serving/listen-address.js';
import type { Logger } from '../log/log.js';
import { monotonicMs } from '../base/clock.js';
import type { Observer } from './observer.js';
import { LEAST_EVERY_MS, MOST_EVERY_MS, SNAPSHOT_FORMAT } from './snapshot.js';

/** Nobody but the owner may connect. */
const UMASK = 0o177;
const MOST_WATCHERS = 16;
const MOST_REQUEST_CHARACTERS = 1024;
/** A watcher that neither asks nor reads for so long is cut off. More than {@link MOST_EVERY_MS}. */
const SILENCE_MS = 10_000;
/** A snapshot that was taken so short a time ago is still good. */
const FRESH_MS = 20;

export class AdminSocket {
  readonly #server: Server;
  readonly #observer: Pick<Observer, 'take'>;
  readonly #silenceMs: number;
  readonly #watchers = new Set<Watcher>();
  #line = '';
  #takenAtMs = -Infinity;

  /**
   * Listens at `path`, where a dead server's socket is replaced.
   * @param path of a length that the command line's options have checked
   * @throws StartError that says in one line what is wrong with the path
   */
  static async open(
    path: string,
    observer: Pick<Observer, 'take'>,
    log: Logger,
    silenceMs = SILENCE_MS,
  ): Promise<AdminSocket> {
    await removeStaleSocket(path);
    const admin = new AdminSocket(observer, silenceMs);
    const server = admin.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(startError({ path }, error)));
      // The file is made within this call, so nobody else can have connected before it is the owner's alone.
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

  private constructor(observer: Pick<Observer, 'take'>, silenceMs: number) {
    this.#silenceMs = silenceMs;
    this.#observer = observer;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#admit(socket));
  }

  /** Removes the file and lets all watchers go. */
  close(): void {
    this.#server.close();
    for (const watcher of this.#watchers) watcher.end();
  }

  #admit(socket: Socket): void {
    socket.on('error', () => undefined);
    if (this.#watchers.size >= MOST_WATCHERS) {
      dismiss(socket, `${MOST_WATCHERS} are watching already`);
      return;
    }
    const watcher = new Watcher(socket, this.#silenceMs, () => this.#snapshotLine());
    this.#watchers.add(watcher);
    socket.once('close', () => this.#watchers.delete(watcher));
  }

  #snapshotLine(): string {
    const nowMs = monotonicMs();
    if (nowMs - this.#takenAtMs > FRESH_MS) {
      this.#line = `${JSON.stringify(this.#observer.take())}\n`;
      this.#takenAtMs = nowMs;
    }
    return this.#line;
  }
}

/** Somebody who is connected. */
class Watcher {
  readonly #socket: Socket;
  readonly #snapshotLine: () => string;
  #request = '';
  #interval: NodeJS.Timeout | undefined;

  constructor(socket: Socket, silenceMs: number, snapshotLine: () => string) {
    this.#socket = socket;
    this.#snapshotLine = snapshotLine;
    socket.setTimeout(silenceMs, () => socket.destroy());
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#take(text));
    socket.on('end', () => {
      // `echo '{"everyMs":500}' | nc -U …` still reads: that it has gone is told by a failing write.
      if (this.#interval === undefined) this.end();
    });
    socket.once('close', () => clearInterval(this.#interval));
    this.#tell();
  }

  end(): void {
    clearInterval(this.#interval);
    this.#socket.destroySoon();
  }

  #take(text: string): void {
    if (this.#socket.writableEnded) return;
    const lines = (this.#request + text).split('\n');
    this.#request = lines.pop() ?? '';
    const wrong = lines.find((line) => !this.#heed(line));
    if (wrong === undefined && this.#request.length <= MOST_REQUEST_CHARACTERS) {
      // However many empty lines came together.
      if (lines.some(isEmpty)) this.#tell();
      return;
    }
    clearInterval(this.#interval);
    const expected = `{"everyMs":<${LEAST_EVERY_MS} to ${MOST_EVERY_MS}>} or an empty line`;
    dismiss(this.#socket, `expected ${expected}`);
  }

  /** @returns whether the line is a request */
  #heed(line: string): boolean {
    if (isEmpty(line)) return true;
    const everyMs = everyMsOf(line);
    if (everyMs === undefined) return false;
    clearInterval(this.#interval);
    this.#interval = setInterval(() => this.#tell(), everyMs);
    return true;
  }

  #tell(): void {
    if (this.#socket.writableLength === 0) this.#socket.write(this.#snapshotLine());
  }
}

function isEmpty(line: string): boolean {
  return line.trim() === '';
}

function everyMsOf(line: string): number | undefined {
  if (line.length > MOST_REQUEST_CHARACTERS) return undefined;
  try {
    const { everyMs } = JSON.parse(line) as { everyMs?: unknown };
    if (typeof everyMs !== 'number' || !Number.isInteger(everyMs)) return undefined;
    return everyMs >= LEAST_EVERY_MS && everyMs <= MOST_EVERY_MS ? everyMs : undefined;
  } catch {
    // No JSON, or JSON's null.
    return undefined;
  }
}

function dismiss(socket: Socket, error: string): void {
  socket.write(`${JSON.stringify({ format: SNAPSHOT_FORMAT, error })}\n`);
  socket.destroySoon();
}
