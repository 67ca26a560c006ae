/**
 * The server of a row: `handoff serve …` in a process of its own, on a free port of the loopback
 * interface. The lab's main thread. It reads the server's log and, while a page is open, its
 * snapshots. The guard (../../base/guard.ts) ends the server with the lab, however that ends.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { BriefSnapshot } from '../../admin/snapshot.js';
import { briefSnapshotsOf } from '../../clients/watch/watch.js';

const CLI = fileURLToPath(new URL('../../cli.js', import.meta.url));
const FRAGILE_WORK = fileURLToPath(new URL('../service/fragile-work.js', import.meta.url));

/** Between two snapshots, in ms. */
export const SNAPSHOT_EVERY_MS = 100;
/** Of the log, for the exports and for the last lines of a dead server. */
const KEPT_LINES = 20_000;
/** Threads that are up before the first client: the start of a thread is not what is compared. */
const MOST_WARM = 12;
/** A server that does not end in this time after SIGTERM is killed. */
const STOP_MS = 1000;

interface ServerOptions {
  readonly model: string;
  readonly service: 'work' | 'chat';
  readonly threads: number;
  readonly queue: number;
  readonly adminPath: string;
}

interface ServerEvents {
  readonly onListening: (port: number) => void;
  readonly onLine: (line: { readonly msg: string }) => void;
  readonly onSnapshot: (snapshot: BriefSnapshot) => void;
  /** @param how for people, such as `ended with status 1` */
  readonly onExit: (how: string) => void;
}

export class RowServer {
  /** Lines of the log, then of standard error; the oldest are dropped. */
  readonly lines: string[] = [];
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #closed: Promise<unknown>;
  readonly #options: ServerOptions;
  readonly #events: ServerEvents;
  #watching: AbortController | undefined;
  #isOver = false;

  constructor(options: ServerOptions, events: ServerEvents) {
    this.#options = options;
    this.#events = events;
    this.#child = spawn(process.execPath, [CLI, ...argumentsFor(options)], {
      env: environmentFor(options),
      // Ctrl-C is for the lab, which stops its servers.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#closed = once(this.#child, 'close').catch(() => undefined);
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#onLine(line));
    createInterface({ input: this.#child.stderr }).on('line', (line) => this.#keep(line));
    this.#child.once('error', ({ message }) => this.#end(`did not start: ${message}`));
    this.#child.once('exit', (status, signal) =>
      this.#end(signal === null ? `ended with status ${status ?? 0}` : `ended by ${signal}`),
    );
  }

  /** Undefined if it did not start. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Begins or ends to ask for snapshots. */
  watch(isWatched: boolean): void {
    if (isWatched === (this.#watching !== undefined) || this.#isOver) return;
    if (!isWatched) {
      this.#watching?.abort();
      this.#watching = undefined;
      return;
    }
    const watching = new AbortController();
    this.#watching = watching;
    void this.#receive(watching);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Stops the server, in order if it can, and waits for its end. Reports no event any more. */
  async stop(): Promise<void> {
    this.watch(false);
    this.#isOver = true;
    this.#child.kill('SIGTERM');
    // One that is paused obeys the first signal when it goes on.
    this.#child.kill('SIGCONT');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await this.#closed;
    clearTimeout(timer);
  }

  async #receive(watching: AbortController): Promise<void> {
    const settings = { everyMs: SNAPSHOT_EVERY_MS, signal: watching.signal };
    try {
      for await (const snapshot of briefSnapshotsOf(this.#options.adminPath, settings)) {
        if (watching.signal.aborted) return;
        this.#events.onSnapshot(snapshot);
      }
    } catch {
      // The server has ended, which its exit reports, or it was too busy to answer: again, later.
      if (this.#watching !== watching) return;
      this.#watching = undefined;
      setTimeout(() => this.watch(true), SNAPSHOT_EVERY_MS).unref();
    }
  }

  #onLine(text: string): void {
    this.#keep(text);
    const line = parsed(text);
    if (!line || this.#isOver) return;
    if (line.msg === 'listening' && line.port !== undefined) this.#events.onListening(line.port);
    this.#events.onLine(line);
  }

  #keep(line: string): void {
    this.lines.push(line);
    if (this.lines.length > KEPT_LINES * 1.5) this.lines.splice(0, this.lines.length - KEPT_LINES);
  }

  #end(how: string): void {
    if (this.#isOver) return;
    this.#watching?.abort();
    this.#isOver = true;
    // Its last lines may come after its exit.
    void this.#closed.then(() => this.#events.onExit(how));
  }
}

function argumentsFor({ model, service, adminPath }: ServerOptions): string[] {
  return [
    ...['serve', service === 'chat' ? 'chat' : FRAGILE_WORK],
    ...['--model', model, '--port', '0', '--admin', adminPath],
    // If the lab is stopped, its servers go on.
    ...['--log-full', 'drop', '--grace', '200'],
  ];
}

/**
 * Without the user's HANDOFF_* variables, which configure other servers. The limits are variables
 * and not arguments, which a model that has no use for them refuses.
 */
function environmentFor({ threads, queue }: ServerOptions): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('HANDOFF_'));
  return {
    ...Object.fromEntries(others),
    HANDOFF_THREADS: String(threads),
    HANDOFF_QUEUE: String(queue),
    HANDOFF_WARM: String(Math.min(threads, MOST_WARM)),
  };
}

function parsed(text: string): { readonly msg: string; readonly port?: number } | undefined {
  try {
    const line = JSON.parse(text) as { readonly msg?: unknown } | null;
    return typeof line?.msg === 'string' ? (line as { msg: string }) : undefined;
  } catch {
    return undefined;
  }
}
