/**
 * The lab: one row for each model, the settings they share, and the commands of the page. Main
 * thread of `handoff lab`. Read rows/row.ts next; http/server.ts shows it to a browser.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LoopDelayMeter } from '../admin/loop-delay.js';
import { monotonicMs } from '../base/clock.js';
import { guardDescendants } from '../base/guard.js';
import { lessonOf } from './lessons/lessons.js';
import { LessonRun } from './lessons/run.js';
import { SLOT_MS } from './numbers/latencies.js';
import { MachineUsage } from './numbers/usage.js';
import {
  FRAME_EVERY_MS,
  LAB_FORMAT,
  MOST_CLIENTS,
  type Command,
  type Frame,
  type Kind,
  type MachineView,
  type Reply,
  type Settings,
} from './protocol.js';
import { Row } from './rows/row.js';

/** After these, the effect of an earlier command is still of interest. */
const CONTINUING: readonly Command['do'][] = ['resume', 'leave'];
/** How many members a chat has. */
const CHAT_MEMBERS = 8;

export class Lab {
  readonly rows: readonly Row[];
  readonly #startedAtMs = monotonicMs();
  readonly #folder: string;
  readonly #delay = new LoopDelayMeter();
  readonly #usage = new MachineUsage(this.#startedAtMs);
  readonly #timers: NodeJS.Timeout[];
  #settings: Settings;
  #machine: MachineView;
  #lastId = 0;
  #isChanged = true;
  #visitorsDue = 0;
  readonly #watchers = new Set<() => void>();
  #lesson: LessonRun | undefined;
  /** Those from before the first lesson, which return when the last one is left. */
  #settingsBefore: Settings | undefined;

  constructor(models: readonly string[], settings: Settings) {
    this.#settings = settings;
    this.#folder = mkdtempSync(guardDescendants());
    mkdirSync(this.#folder, { recursive: true });
    this.#machine = this.#usage.take(this.#startedAtMs, 0, 0);
    this.rows = models.map(
      (model) =>
        new Row({
          model,
          adminPath: join(this.#folder, model),
          settings: () => this.#settings,
          onChange: () => (this.#isChanged = true),
          toLabMs: (atMs) => this.#toLabMs(atMs),
        }),
    );
    this.#timers = [
      setInterval(() => this.#measure(), SLOT_MS),
      setInterval(() => this.#tick(), FRAME_EVERY_MS),
    ];
  }

  /** Starts the servers; the first frames show that they start. */
  start(): void {
    for (const row of this.rows) void row.restart();
  }

  get settings(): Settings {
    return this.#settings;
  }

  /**
   * Begins to watch: servers are asked for snapshots only while there is a watcher.
   * @param onFrame called when there is something new to show
   * @returns ends the watching
   */
  watch(onFrame: () => void): () => void {
    // A function of its own: the same `onFrame` may be passed twice.
    const watcher = () => onFrame();
    const changed = () => {
      for (const row of this.rows) row.watch(this.#watchers.size > 0);
    };
    this.#watchers.add(watcher);
    this.#isChanged = true;
    changed();
    return () => {
      this.#watchers.delete(watcher);
      changed();
    };
  }

  frame(): Frame {
    const nowMs = monotonicMs();
    return {
      format: LAB_FORMAT,
      atMs: this.#toLabMs(nowMs),
      settings: this.#settings,
      machine: this.#machine,
      rows: this.rows.map((row) => row.view(nowMs)),
      ...(this.#lesson && { lesson: this.#lesson.view }),
    };
  }

  /** A lesson that is played is over with any other command: it would measure that, too. */
  execute(command: Command): Reply {
    if (command.do !== 'leave' && command.do !== 'lesson') this.#lesson?.disturb();
    const reply = this.#execute(command);
    if ('said' in reply && !CONTINUING.includes(command.do))
      for (const row of this.rows) row.onCommand();
    return reply;
  }

  #execute(command: Command): Reply {
    switch (command.do) {
      case 'add':
        return this.#add(command.kind, command.count);
      case 'chat':
        return this.#chat();
      case 'clear':
        for (const row of this.rows) row.clear();
        return { said: 'All clients leave.' };
      case 'pause':
      case 'resume':
        return this.#pause(command.do === 'pause');
      case 'restart':
        return this.#restart(command.model);
      case 'lesson':
        return this.#play(command.lesson);
      case 'leave':
        return this.#leave();
      case 'set':
        return this.#set(command.settings);
    }
  }

  /** Ends clients and servers, and removes what the lab has made. */
  async close(): Promise<void> {
    this.#lesson?.abort();
    for (const timer of this.#timers) clearInterval(timer);
    this.#delay.close();
    await Promise.all(this.rows.map((row) => row.stop()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** From the monotonic clock to that of the frames. */
  #toLabMs(atMs: number): number {
    return Math.max(1, Math.round(atMs - this.#startedAtMs));
  }

  #pause(isPaused: boolean): Reply {
    const changed = this.rows.filter((row) => row.pause(isPaused));
    if (changed.length === 0)
      return { error: isPaused ? 'No server is up.' : 'No server is stopped.' };
    return { said: isPaused ? 'The servers are stopped.' : 'They go on.' };
  }

  #add(kind: Kind, count: number): Reply {
    const present = Math.max(...this.rows.map((row) => row.clientCount));
    if (present + count > MOST_CLIENTS)
      return {
        error: `A row has at most ${MOST_CLIENTS} clients; the largest has ${present} now. Remove some first.`,
      };
    const isOther = this.#settings.service === 'chat';
    if (isOther) this.#serve('work');
    for (let left = count; left > 0; left--) this.#addOne(kind);
    const anew = 'The chat ends, and the servers start anew with the service work. ';
    return { said: (isOther ? anew : '') + additionText(kind, count) };
  }

  #play(id: string): Reply {
    const lesson = lessonOf(id);
    if (!lesson) return { error: 'There is no such lesson.' };
    this.#lesson?.abort();
    this.#settingsBefore ??= this.#settings;
    this.#lesson = new LessonRun(lesson, {
      rows: this.rows,
      prepare: (threads) => this.#prepare(threads),
      add: (kind, count) => void this.#add(kind, count),
      visit: (visitorsPerS) => this.#change({ visitorsPerS }),
      release: () => {
        for (const row of this.rows) row.release();
      },
      warningNow: () => this.#machine.warning,
      nowMs: () => this.#toLabMs(monotonicMs()),
      onChange: () => (this.#isChanged = true),
    });
    void this.#lesson.play();
    return { said: `Lesson: ${lesson.title}.` };
  }

  #leave(): Reply {
    this.#lesson?.abort();
    this.#lesson = undefined;
    const before = this.#settingsBefore ?? this.#settings;
    this.#settingsBefore = undefined;
    // A chat has lost its clients.
    const isOther = this.#settings.service !== 'work' || before.threads !== this.#settings.threads;
    this.#change({ ...before, service: 'work' });
    if (isOther) for (const row of this.rows) void row.restart();
    return { said: `The lesson is left, and the settings are those from before it.` };
  }

  /** The same state for each lesson, whatever was clicked before. */
  async #prepare(threads: number): Promise<void> {
    const isSame = this.#settings.threads === threads && this.#settings.service === 'work';
    this.#change({ threads, service: 'work', visitorsPerS: 0 });
    for (const row of this.rows) {
      row.pause(false);
      row.clear();
      if (!isSame || row.phase === 'dead') void row.restart();
    }
    await Promise.all(this.rows.map((row) => row.untilUp()));
  }

  #change(settings: Partial<Settings>): void {
    this.#settings = { ...this.#settings, ...settings };
    this.#isChanged = true;
  }

  #chat(): Reply {
    this.#serve('chat');
    for (let member = 0; member < CHAT_MEMBERS; member++)
      this.#addOne(member === 0 ? 'speaker' : 'listener');
    return {
      said: `The servers start anew with the service chat: one client speaks, ${CHAT_MEMBERS - 1} listen.`,
    };
  }

  /** Another service needs other servers, and its clients are others. */
  #serve(service: Settings['service']): void {
    this.#change({ service });
    for (const row of this.rows) {
      row.clear();
      void row.restart();
    }
  }

  #addOne(kind: Kind): void {
    const id = ++this.#lastId;
    for (const row of this.rows) row.add({ id, kind });
  }

  #restart(model: string | undefined): Reply {
    const rows = this.rows.filter((row) => model === undefined || row.model === model);
    if (rows.length === 0) return { error: 'There is no such row.' };
    for (const row of rows) void row.restart();
    return {
      said: rows.length === 1 ? `${rows[0]?.model ?? ''} starts anew.` : 'All servers start anew.',
    };
  }

  #set(settings: Partial<Settings>): Reply {
    const before = this.#settings;
    this.#change(settings);
    this.#settingsBefore &&= { ...this.#settingsBefore, ...settings };
    const { threads, queue, visitorsPerS, thinkMs } = this.#settings;
    if (threads === before.threads && queue === before.queue)
      return { said: `${visitorsPerS} visitors a second; the others think for ${thinkMs} ms.` };
    for (const row of this.rows) void row.restart();
    return {
      said: `The servers start anew, with at most ${threads} client threads and a queue of ${queue}. worker-event-loops keeps a thread for each core.`,
    };
  }

  #tick(): void {
    const nowMs = monotonicMs();
    this.#visit();
    if (this.#watchers.size === 0) return;
    for (const row of this.rows) row.look(nowMs);
    if (!this.#isChanged) return;
    this.#isChanged = false;
    for (const onFrame of this.#watchers) onFrame();
  }

  /** Visitors come at an even rate, whatever the servers do: an open loop. */
  #visit(): void {
    const { visitorsPerS, service } = this.#settings;
    if (service !== 'work' || visitorsPerS === 0) return;
    // A row that starts would miss some, and the rows could not be compared.
    if (this.rows.some(({ phase }) => phase === 'starting')) return;
    this.#visitorsDue += (visitorsPerS * FRAME_EVERY_MS) / 1000;
    for (; this.#visitorsDue >= 1; this.#visitorsDue--) {
      const id = ++this.#lastId;
      // A row that is full has no room for them; the others go on.
      for (const row of this.rows)
        if (row.clientCount < MOST_CLIENTS) row.add({ id, kind: 'visitor' });
    }
  }

  #measure(): void {
    const nowMs = monotonicMs();
    for (const row of this.rows) row.measure(nowMs);
    const servers = this.rows.reduce((sum, { cpuPercent }) => sum + cpuPercent, 0);
    this.#machine = this.#usage.take(nowMs, this.#delay.takeLagMs(), servers);
  }
}

/** What the page says when clients have been added. */
function additionText(kind: Kind, count: number): string {
  if (kind === 'killer')
    return "In each row comes a client whose request makes its thread fail; on main's loop, that ends the server.";
  return count === 1 ? 'One client more in each row.' : `${count} clients more in each row.`;
}
