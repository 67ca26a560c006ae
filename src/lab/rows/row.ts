/**
 * One row: a model's server and its clients. The lab's main thread. Read server-process.ts,
 * connections.ts and ../clients/client.ts next.
 *
 *     starting ──► up ◄──► paused        A row that is dead, or restarted, starts anew, and the
 *        └───────► dead ◄──┘             clients that were to stay come back.
 */
import { rmSync } from 'node:fs';
import type { Snapshot } from '../../admin/snapshot.js';
import { monotonicMs } from '../../base/clock.js';
import { lookAtSilent } from '../../clients/watch/silence.js';
import { LabClient } from '../clients/client.js';
import { scriptOf } from '../clients/script.js';
import { Latencies } from '../numbers/latencies.js';
import { memoryMbOf, ProcessUsage } from '../numbers/usage.js';
import {
  KINDS,
  STAGES,
  type ClientView,
  type Kind,
  type MainView,
  type Numbers,
  type RowView,
  type ServerView,
  type Settings,
  type Stage,
  type ThreadView,
} from '../protocol.js';
import { Connections } from './connections.js';
import { logText } from './log-text.js';
import { RowServer, SNAPSHOT_EVERY_MS } from './server-process.js';
import { sentenceOf } from './sentence.js';

interface RowSettings {
  readonly model: string;
  readonly adminPath: string;
  /** Of all rows; read each time, since it changes. */
  readonly settings: () => Settings;
  readonly onChange: () => void;
  /** When the lab began, by the monotonic clock: the zero of all times in a view. */
  readonly startedAtMs: number;
}

interface Member {
  readonly id: number;
  readonly kind: Kind;
}

/** How long a client stays in the picture after its end, in ms. */
const SHOWN_AFTER_END_MS = 1200;
/** Without a snapshot for this long, /proc is asked what main does. */
const SILENT_MS = 2 * SNAPSHOT_EVERY_MS;
/** The last lines of a dead server's log. */
const DEATH_LINES = 4;
/** For how long a sentence says that a thread has died, in ms. */
const SAY_LOSS_MS = 6000;
const TURNING: MainView = { doing: 'turning', sinceMs: 0, by: [] };

export class Row {
  readonly model: string;
  readonly #row: RowSettings;
  readonly #connections = new Connections();
  readonly #clients = new Map<number, LabClient>();
  /** Ended, and still in the picture. */
  readonly #leaving = new Map<number, LabClient>();
  readonly #latencies: Latencies;
  readonly #usage = new ProcessUsage();
  /** Those that come back after a restart. */
  #members: Member[] = [];
  /** Those that have come before the server was up. */
  #early: Member[] = [];
  #server: RowServer | undefined;
  #port = 0;
  #phase: RowView['phase'] = 'starting';
  #snapshot: Snapshot | undefined;
  #snapshotAtMs = 0;
  #main: MainView = TURNING;
  #numbers: Omit<Numbers, 'longestMs'> = { answersPerS: 0 };
  #ended = { done: 0, refused: 0, lost: 0 };
  #death: RowView['death'];
  #threadLostAtMs = -Infinity;
  #isWatched = false;
  /** What snapshots have taken of main's time since the last measurement. */
  #tookMs = 0;
  #measuredAtMs = monotonicMs();
  /** Since an observation began: the longest wait that is over. */
  #longestMs = 0;
  #memoryMb = 0;
  /** Those who wait for the server to be up. */
  #whenUp: { readonly up: () => void; readonly dead: (error: Error) => void }[] = [];
  /** Restarts follow each other. */
  #changing: Promise<void> = Promise.resolve();

  constructor(row: RowSettings) {
    this.model = row.model;
    this.#row = row;
    this.#latencies = new Latencies(monotonicMs());
  }

  get phase(): RowView['phase'] {
    return this.#phase;
  }

  get clientCount(): number {
    return this.#clients.size + this.#early.length;
  }

  /** Of one core, as last measured; 0 if unknown. */
  get cpuPercent(): number {
    return this.#numbers.cpuPercent ?? 0;
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

  /** Begins an observation; {@link observed} reads it. */
  observe(): void {
    this.#longestMs = 0;
    this.#memoryMb = memoryMbOf(this.#server?.pid);
  }

  /** The longest wait since then, of clients that still wait, too; and how much memory was added. */
  observed(): { readonly longestMs: number; readonly moreMb: number } {
    return {
      longestMs: Math.max(this.#longestMs, this.#longestWaitMs(monotonicMs())),
      moreMb: Math.max(0, memoryMbOf(this.#server?.pid) - this.#memoryMb),
    };
  }

  /** Snapshots cost the server a little, so they are taken only while a page is open. */
  watch(isWatched: boolean): void {
    this.#isWatched = isWatched;
    if (this.#phase === 'up') this.#server?.watch(isWatched);
  }

  add(member: Member): void {
    if (this.#phase === 'dead') return;
    if (scriptOf(member.kind, member.id).stays && member.kind !== 'killer')
      this.#members.push(member);
    else if (this.#phase === 'starting') this.#early.push(member);
    if (this.#phase !== 'starting') this.#connect(member);
  }

  /** All clients that would stay leave; the others have their answers first. */
  release(): void {
    this.#members = [];
    for (const client of this.#clients.values())
      if (scriptOf(client.kind, client.id).stays) this.#dismiss(client, 'in order');
    this.#row.onChange();
  }

  /** All clients leave. */
  clear(): void {
    this.#members = [];
    this.#early = [];
    for (const client of this.#clients.values()) this.#dismiss(client, 'in order');
    this.#ended = { done: 0, refused: 0, lost: 0 };
    this.#latencies.clear(monotonicMs());
    this.#row.onChange();
  }

  pause(isPaused: boolean): void {
    if (this.#phase !== (isPaused ? 'up' : 'paused')) return;
    this.#server?.signal(isPaused ? 'SIGSTOP' : 'SIGCONT');
    this.#phase = isPaused ? 'paused' : 'up';
    if (!isPaused) this.#snapshotAtMs = monotonicMs();
    this.#main = isPaused
      ? { doing: 'stopped', sinceMs: this.#since(monotonicMs()), by: [] }
      : TURNING;
    this.#row.onChange();
  }

  /** Twice a second: the numbers below the row. */
  measure(nowMs: number): void {
    const watchPercent = (this.#tookMs / (nowMs - this.#measuredAtMs)) * 100;
    this.#tookMs = 0;
    this.#measuredAtMs = nowMs;
    this.#numbers = {
      ...this.#latencies.take(nowMs),
      ...(this.#snapshot && this.#isWatched && { watchPercent }),
      ...this.#usage.take(this.#phase === 'dead' ? undefined : this.#server?.pid, nowMs),
    };
    this.#row.onChange();
  }

  /** Before each frame: a main that is silent is looked at from outside. */
  look(nowMs: number): void {
    if (this.#phase !== 'up' || !this.#snapshot || !this.#isWatched) return;
    const silentMs = nowMs - this.#snapshotAtMs;
    if (silentMs < SILENT_MS) return;
    const { main } = lookAtSilent(this.#snapshot, silentMs);
    // In a call for this moment only: it has turned, and the snapshot is on its way.
    if (main === 'in a call') return;
    const by = main === 'computing' ? this.#computing() : [];
    this.#main = {
      doing: main,
      sinceMs: this.#main.sinceMs || this.#since(this.#snapshotAtMs),
      by,
    };
    this.#row.onChange();
  }

  view(nowMs: number): RowView {
    const clients = [...this.#clients.values(), ...this.#leaving.values()].map((client) =>
      this.#viewOf(client),
    );
    const longestMs = this.#longestWaitMs(nowMs);
    const row = {
      model: this.model,
      phase: this.#phase,
      clients,
      main: this.#main,
      threads: this.#threads(),
      ended: this.#ended,
    };
    return {
      ...row,
      ...(this.#snapshot && { server: serverView(this.#snapshot) }),
      numbers: { ...this.#numbers, longestMs },
      sentence: sentenceOf(row, this.#since(nowMs), nowMs - this.#threadLostAtMs < SAY_LOSS_MS),
      ...(this.#death && { death: this.#death }),
    };
  }

  #longestWaitMs(nowMs: number): number {
    const waits = [...this.#clients.values()].filter((client) => client.isDelayed);
    return Math.max(0, ...waits.map((client) => nowMs - client.waitsSinceMs));
  }

  #start(): void {
    this.#phase = 'starting';
    this.#death = undefined;
    this.#main = TURNING;
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

  async #stopServer(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const client of this.#clients.values()) this.#dismiss(client, 'at once');
    await server?.stop();
    this.#forgetServer();
  }

  #forgetServer(): void {
    this.#connections.clear();
    this.#snapshot = undefined;
    this.#numbers = { answersPerS: 0 };
    this.#latencies.clear(monotonicMs());
  }

  #onListening(port: number): void {
    this.#port = port;
    this.#phase = 'up';
    if (this.#isWatched) this.#server?.watch(true);
    for (const member of [...this.#members, ...this.#early.splice(0)]) this.#connect(member);
    for (const { up } of this.#whenUp.splice(0)) up();
    this.#row.onChange();
  }

  #onSnapshot(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.#snapshotAtMs = monotonicMs();
    this.#tookMs += snapshot.tookMs ?? 0;
    this.#connections.onSnapshot(snapshot);
    if (this.#phase === 'up') this.#main = TURNING;
    this.#row.onChange();
  }

  #onExit(how: string): void {
    const lines = (this.#server?.lines ?? []).slice(-DEATH_LINES);
    this.#forgetServer();
    this.#phase = 'dead';
    this.#main = { doing: 'stopped', sinceMs: this.#since(monotonicMs()), by: [] };
    this.#death = { how, lines: lines.map(logText) };
    // Their sockets notice the end by themselves, but for those that read nothing.
    for (const client of this.#clients.values()) client.abandon();
    for (const { dead } of this.#whenUp.splice(0)) dead(new Error(`${this.model} ${how}`));
    this.#row.onChange();
  }

  #connect({ id, kind }: Member): void {
    const client = new LabClient({
      id,
      kind,
      port: this.#port,
      thinkMs: () => this.#row.settings().thinkMs,
      onAnswer: (latencyMs) => {
        this.#longestMs = Math.max(this.#longestMs, latencyMs);
        this.#latencies.record(latencyMs);
      },
      onChange: this.#row.onChange,
      onEnd: (ended) => this.#onClientEnd(ended),
    });
    this.#clients.set(id, client);
    this.#row.onChange();
  }

  /** It leaves the picture now, whenever the server closes its connection. */
  #dismiss(client: LabClient, how: 'in order' | 'at once'): void {
    client.dismiss(how);
    this.#remove(client);
  }

  #onClientEnd(client: LabClient): void {
    if (client.isDismissed) return;
    this.#ended[client.ending ?? 'lost']++;
    this.#remove(client);
  }

  #remove(client: LabClient): void {
    // After a restart, the client of the same number is another one.
    if (this.#clients.get(client.id) === client) this.#clients.delete(client.id);
    this.#leaving.set(client.id, client);
    setTimeout(() => {
      if (this.#leaving.get(client.id) === client) this.#leaving.delete(client.id);
      this.#row.onChange();
    }, SHOWN_AFTER_END_MS).unref();
    this.#row.onChange();
  }

  #viewOf(client: LabClient): ClientView {
    const tracked = this.#connections.of(client.localPort);
    const stage = stageOf(client, tracked?.stage);
    const sinceMs = client.waitsSinceMs > 0 ? this.#since(client.waitsSinceMs) : 0;
    const thread = stage === 'thread' ? (tracked?.thread ?? 0) : 0;
    return [client.id, KINDS.indexOf(client.kind), STAGES.indexOf(stage), thread, sinceMs];
  }

  #threads(): ThreadView[] {
    const threads = this.#snapshot?.threads?.first ?? [];
    const idOf = new Map(
      [...this.#clients.values()].map((client) => [client.localPort ?? 0, client.id]),
    );
    return threads
      .map(({ thread = 0, state, connection }): ThreadView => {
        const port = connection === undefined ? undefined : this.#connections.portOf(connection);
        return [thread, state, idOf.get(port ?? -1) ?? 0];
      })
      .sort(([a], [b]) => (a || Infinity) - (b || Infinity) || 0);
  }

  /** The clients whose request is computing, as far as the lab knows what it has sent. */
  #computing(): number[] {
    return [...this.#clients.values()]
      .filter((client) => client.kind === 'computing' && client.waitsSinceMs > 0)
      .filter((client) => this.#connections.of(client.localPort)?.stage === 'main')
      .map(({ id }) => id);
  }

  /** Whole milliseconds keep frames short. */
  #since(atMs: number): number {
    return Math.max(1, Math.round(atMs - this.#row.startedAtMs));
  }
}

function stageOf(client: LabClient, stage: Stage | undefined): Stage {
  if (client.ending) return client.ending;
  if (client.localPort === undefined) return 'away';
  return stage ?? 'backlog';
}

function serverView({ pid, counts, limits, backlog, main }: Snapshot): ServerView {
  const { utilization } = main;
  return { ...{ pid, counts, limits }, ...(backlog && { backlog }), main: { utilization } };
}
