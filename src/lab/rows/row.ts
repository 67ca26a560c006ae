/**
 * One row: a model's server and its clients. The lab's main thread. Read server-process.ts,
 * row-clients.ts and main-look.ts next.
 *
 *     starting ──► up ◄──► paused        A row that is dead, or restarted, starts anew, and the
 *        └───────► dead ◄──┘             clients that were to stay come back.
 */
import { rmSync } from 'node:fs';
import type { BriefSnapshot } from '../../admin/snapshot.js';
import { monotonicMs } from '../../base/clock.js';
import { RowNumbers } from '../numbers/row-numbers.js';
import type { RowView, Settings } from '../protocol.js';
import { isWaiting } from '../waiting.js';
import { Connections } from './connections.js';
import { logText } from './log-text.js';
import { MainLook } from './main-look.js';
import { comesBack, RowClients, type Member } from './row-clients.js';
import { Runners } from './runners.js';
import { RowServer } from './server-process.js';
import { sentenceOf } from './sentence.js';
import { clientView, mayCompute, placeOf, serverView, threadViews } from './views.js';

interface RowSettings {
  readonly model: string;
  readonly adminPath: string;
  /** Of all rows; read each time, since it changes. */
  readonly settings: () => Settings;
  readonly onChange: () => void;
  /** Puts a time of the monotonic clock on the clock of the frames. */
  readonly toLabMs: (atMs: number) => number;
}

/** The last lines of a dead server's log. */
const DEATH_LINES = 4;
/** For how long a sentence says that a thread has died, in ms. */
const SAY_LOSS_MS = 6000;

interface Observed {
  readonly longestMs: number;
  /** Whether that wait is not over yet. */
  readonly isOpen: boolean;
  readonly moreMb: number;
}

export class Row {
  readonly model: string;
  readonly #row: RowSettings;
  readonly #clients: RowClients;
  readonly #connections = new Connections();
  readonly #main: MainLook;
  readonly #numbers = new RowNumbers();
  #runners = new Runners();
  #server: RowServer | undefined;
  #port = 0;
  #phase: RowView['phase'] = 'starting';
  #snapshot: BriefSnapshot | undefined;
  #death: RowView['death'];
  #threadLostAtMs = -Infinity;
  #isWatched = false;
  #whenUp: { readonly up: () => void; readonly dead: (error: Error) => void }[] = [];
  /** Restarts follow each other. */
  #changing: Promise<void> = Promise.resolve();

  constructor(row: RowSettings) {
    this.model = row.model;
    this.#row = row;
    this.#main = new MainLook(row.toLabMs);
    this.#clients = new RowClients({
      thinkMs: () => row.settings().thinkMs,
      onAnswer: (latencyMs) => this.#numbers.onAnswer(latencyMs),
      onChange: row.onChange,
    });
  }

  get phase(): RowView['phase'] {
    return this.#phase;
  }

  get clientCount(): number {
    return this.#clients.count;
  }

  /** Of one core, as last measured; 0 if unknown. */
  get cpuPercent(): number {
    return this.#numbers.measured.cpuPercent ?? 0;
  }

  /** The lines of the server's log so far, as an export wants them. */
  get logLines(): readonly string[] {
    return this.#server?.lines ?? [];
  }

  /** Ends the server, if there is one, and starts it with the present settings. */
  restart(): Promise<void> {
    this.#phase = 'starting';
    this.#row.onChange();
    this.#changing = this.#changing.then(async () => {
      await this.#stopServer();
      this.#start();
    });
    return this.#changing;
  }

  stop(): Promise<void> {
    this.#changing = this.#changing.then(() => this.#stopServer());
    return this.#changing;
  }

  /**
   * Resolves as soon as the server is up.
   * @throws Error if it ends before
   */
  async untilUp(): Promise<void> {
    if (this.#phase !== 'up')
      await new Promise<void>((up, dead) => this.#whenUp.push({ up, dead }));
  }

  /** @returns false if there is no server that can be stopped, or goes on */
  pause(isPaused: boolean): boolean {
    if (this.#phase !== (isPaused ? 'up' : 'paused')) return false;
    this.#server?.signal(isPaused ? 'SIGSTOP' : 'SIGCONT');
    this.#phase = isPaused ? 'paused' : 'up';
    if (isPaused) this.#main.onStop(monotonicMs());
    else this.#main.onTurn(monotonicMs());
    this.#row.onChange();
    return true;
  }

  #start(): void {
    this.#phase = 'starting';
    this.#death = undefined;
    this.#main.onTurn(monotonicMs());
    const { service, threads, queue } = this.#row.settings();
    const { model } = this;
    // The socket file of a server that was killed.
    rmSync(this.#row.adminPath, { force: true });
    this.#server = new RowServer(
      { model, service, threads, queue, adminPath: this.#row.adminPath },
      {
        onListening: (port) => this.#onListening(port),
        onLine: (line) => {
          this.#connections.onLine(line);
          if (line.msg === 'thread lost') this.#threadLostAtMs = monotonicMs();
          this.#row.onChange();
        },
        onSnapshot: (snapshot) => this.#onSnapshot(snapshot),
        onExit: (how) => this.#onExit(how),
      },
    );
    this.#row.onChange();
  }

  #onListening(port: number): void {
    this.#port = port;
    this.#phase = 'up';
    if (this.#isWatched) this.#server?.watch(true);
    this.#clients.connectAll(port);
    for (const { up } of this.#whenUp.splice(0)) up();
    this.#row.onChange();
  }

  #onSnapshot(snapshot: BriefSnapshot): void {
    this.#snapshot = snapshot;
    this.#numbers.onSnapshot(snapshot);
    this.#connections.onSnapshot(snapshot);
    this.#runners.onSnapshot(snapshot);
    if (this.#phase === 'up') this.#main.onTurn(monotonicMs());
    this.#row.onChange();
  }

  #onExit(how: string): void {
    const lines = this.logLines.slice(-DEATH_LINES);
    this.#forgetServer();
    this.#phase = 'dead';
    this.#main.onStop(monotonicMs());
    this.#death = { how, lines: lines.map(logText) };
    this.#clients.abandon();
    for (const { dead } of this.#whenUp.splice(0)) dead(new Error(`${this.model} ${how}`));
    this.#row.onChange();
  }

  async #stopServer(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#clients.disconnect();
    await server?.stop();
    this.#forgetServer();
  }

  #forgetServer(): void {
    this.#connections.clear();
    this.#runners = new Runners();
    this.#snapshot = undefined;
    this.#numbers.clear();
  }

  add(member: Member): void {
    // It is in each row again when a dead server has been restarted.
    if (this.#phase === 'dead' && !comesBack(member)) return;
    const isThere = this.#phase === 'up' || this.#phase === 'paused';
    this.#clients.add(member, isThere ? this.#port : undefined);
  }

  /** All clients that would stay leave; the others have their answers first. */
  release(): void {
    this.#clients.release();
    this.#row.onChange();
  }

  /** All clients leave. */
  clear(): void {
    // What a client has sent is read even after its end, so a request to fail would still come.
    const isDoomed =
      this.#phase !== 'dead' && this.#clients.present.some(({ kind }) => kind === 'killer');
    this.#clients.clear();
    if (isDoomed) void this.restart();
    this.#numbers.clearLatencies();
    this.#row.onChange();
  }

  /** Snapshots cost the server a little, so they are taken only while a page is open. */
  watch(isWatched: boolean): void {
    this.#isWatched = isWatched;
    if (this.#phase === 'up') this.#server?.watch(isWatched);
  }

  /** Before each frame: a main that is silent is looked at from outside. */
  look(nowMs: number): void {
    if (this.#phase !== 'up' || !this.#snapshot || !this.#isWatched) return;
    // With client threads, main computes for no client.
    const clients = this.#snapshot.threads ? [] : this.#clients.present;
    const computing = (beforeMs: number) => mayCompute(clients, this.#connections, beforeMs);
    if (this.#main.look(this.#snapshot, nowMs, computing)) this.#row.onChange();
  }

  /** Twice a second: the numbers below the row. */
  measure(nowMs: number): void {
    const pid = this.#phase === 'dead' ? undefined : this.#server?.pid;
    const waitsMs = this.#clients.waitsMs(nowMs);
    this.#numbers.measure(nowMs, { pid, waitsMs, isWatched: this.#isWatched });
    this.#row.onChange();
  }

  /** The viewer has changed something: what is measured from now on is its effect. */
  onCommand(): void {
    this.#numbers.onCommand();
    this.#row.onChange();
  }

  /** Begins an observation; {@link observed} reads it. */
  observe(): void {
    this.#numbers.observe(this.#server?.pid);
  }

  /** The longest wait since then, of clients that still wait, too; and how much memory was added. */
  observed(): Observed {
    const { longestMs, moreMb } = this.#numbers.observed(this.#server?.pid);
    const waitMs = this.longestWaitMs;
    return {
      longestMs: Math.max(longestMs, waitMs),
      isOpen: waitMs >= longestMs && waitMs > 0,
      moreMb,
    };
  }

  /** The longest wait that is not over; 0: no client waits that others may delay. */
  get longestWaitMs(): number {
    return this.#clients.longestWaitMs(monotonicMs());
  }

  view(nowMs: number): RowView {
    const { toLabMs } = this.#row;
    const snapshot = this.#snapshot;
    const main = this.#main.view;
    const row = {
      model: this.model,
      phase: this.#phase,
      clients: this.#clients.shown.map((one) =>
        clientView(one, placeOf(one, this.#connections, main.by), toLabMs),
      ),
      main,
      threads: snapshot
        ? threadViews(snapshot, this.#runners, this.#connections, this.#clients.present)
        : [],
      ended: this.#clients.ended,
    };
    const labMs = toLabMs(nowMs);
    const waitsMs = row.clients.filter(isWaiting).map(([, , , , sinceMs]) => labMs - sinceMs);
    const hasLostThread = nowMs - this.#threadLostAtMs < SAY_LOSS_MS;
    return {
      ...row,
      ...(snapshot && { server: serverView(snapshot) }),
      numbers: this.#numbers.shown(waitsMs),
      sentence: sentenceOf(row, labMs, hasLostThread),
      ...(this.#death && { death: this.#death }),
    };
  }
}
