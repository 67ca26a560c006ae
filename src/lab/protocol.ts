/**
 * What the lab's process and its page tell each other. Types and constants only: Node and the
 * page's bundle both import this file.
 *
 * The process sends a {@link Setup} and then {@link Frame}s as Server-Sent Events. A frame is whole:
 * a page that misses some shows the next. The parts of a server in it have the shapes of a snapshot
 * (../admin/snapshot.ts), which `handoff watch` shows, too. The page sends {@link Command}s by POST.
 */
import type { BacklogView, State } from '../serving/views.js';

export const LAB_FORMAT = 1;

/** The shortest time between two frames in ms: 20 frames a second. */
export const FRAME_EVERY_MS = 50;

/** The largest number of clients of a row. A snapshot lists as many connections. */
export const MOST_CLIENTS = 250;

/** What a client does; a frame has the index. */
export const KINDS = [
  /** Asks, reads the answer, thinks, asks again. */
  'steady',
  /** Connects, asks once, leaves. */
  'visitor',
  /** Connects, asks for 50 ms of sleep, leaves. */
  'guest',
  /** Connects and says nothing. */
  'silent',
  /** Sends `work 1000` and leaves. */
  'computing',
  /** Sends `sleep 2000` and leaves. */
  'sleeping',
  /** Asks without end and reads nothing. */
  'unread',
  /** Chat: says a line, thinks, says the next. */
  'speaker',
  /** Chat: reads. */
  'listener',
  /** Makes its thread fail. */
  'killer',
] as const;
export type Kind = (typeof KINDS)[number];

/** Kinds whose answers other clients may delay; the long requests take their time by themselves. */
export const DELAYED: readonly Kind[] = ['steady', 'visitor', 'guest'];

/** Where a connection is, from left to right; a frame has the index. */
export const STAGES = [
  /** The client has no connection yet. */
  'away',
  /** In the kernel's accept queue. */
  'backlog',
  /** Accepted; served by main, or on its way to a thread. */
  'main',
  'queue',
  'thread',
  /** These three are over. */
  'done',
  'refused',
  'lost',
] as const;
export type Stage = (typeof STAGES)[number];

/**
 * A client of a row. The same number in two rows is the same client, which does the same under both
 * models. `sinceMs` is when it began to wait for the answer that it still waits for, on the clock of
 * {@link Frame.atMs}; 0: it waits for none.
 */
export type ClientView = readonly [
  id: number,
  kind: number,
  stage: number,
  thread: number,
  sinceMs: number,
];

/** A client thread of a row; `id` is that of the client that it serves, 0 if none. */
export type ThreadView = readonly [thread: number, state: State, id: number];

/** What main does, as far as it shows. */
export interface MainView {
  readonly doing: 'turning' | 'computing' | 'in a call' | 'stopped' | 'unknown';
  /** Since when it does not turn, on the clock of {@link Frame.atMs}; 0: it turns. */
  readonly sinceMs: number;
  /** The clients whose requests may hold it; only one of them does. */
  readonly by: readonly number[];
}

/** Measured over the last seconds; NaN is not in JSON, so what is unknown is missing. */
export interface Numbers {
  readonly answersPerS: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** The longest wait: of clients that still wait, too. */
  readonly longestMs: number;
  /** The same since the last command that changed something, however long ago that was. */
  readonly longestSinceCommandMs: number;
  /** Of one core. */
  readonly cpuPercent?: number;
  readonly memoryMb?: number;
  /** Of the whole process, with those of Node itself. */
  readonly threads?: number;
  /** The processor time that the snapshots for this page cost main, in percent of one core. */
  readonly watchPercent?: number;
}

/**
 * The parts of the last snapshot that the page shows, as they are in a snapshot
 * (../admin/snapshot.ts), whose other imports a browser's types do not know.
 */
export interface ServerView {
  readonly pid: number;
  readonly counts: {
    readonly accepted: number;
    readonly refused: number;
    readonly served: number;
    readonly closed: Readonly<Record<string, number>>;
  };
  readonly limits: {
    readonly threads?: number;
    readonly queue: number;
    readonly overflow: 'queue' | 'refuse';
  };
  readonly backlog?: BacklogView;
  readonly main: { readonly utilization: number };
}

export interface RowView {
  readonly model: string;
  readonly phase: 'starting' | 'up' | 'paused' | 'dead';
  readonly clients: readonly ClientView[];
  readonly main: MainView;
  readonly threads: readonly ThreadView[];
  /** Missing until the first snapshot. */
  readonly server?: ServerView;
  readonly numbers: Numbers;
  /** Clients whose last answer came; that were refused; whose connection broke. */
  readonly ended: { readonly done: number; readonly refused: number; readonly lost: number };
  /** What happens, in a sentence. */
  readonly sentence: string;
  /** Of a dead server: how it ended, and its last log lines. */
  readonly death?: { readonly how: string; readonly lines: readonly string[] };
}

/** Where the machine's time goes. */
export interface MachineView {
  readonly cores: number;
  /** Of all cores. */
  readonly busyPercent?: number;
  /** All servers together; of one core. */
  readonly serversPercent?: number;
  /** The lab's own process: clients, events and this page's frames; of one core. */
  readonly labPercent?: number;
  /** Why the numbers are not those of the models at the moment; missing if they are. */
  readonly warning?: string;
}

export interface Settings {
  readonly service: 'work' | 'chat';
  /** Between an answer and the next request of a steady client, in ms. */
  readonly thinkMs: number;
  /** Visitors a second. */
  readonly visitorsPerS: number;
  /** The most client threads of a server. */
  readonly threads: number;
  /** How many clients may wait in the admission queue. */
  readonly queue: number;
}

/** The bounds of the settings that are numbers. */
export const BOUNDS = {
  thinkMs: [0, 5000],
  visitorsPerS: [0, 100],
  threads: [1, 128],
  queue: [0, 4096],
} as const satisfies Partial<Record<keyof Settings, readonly [number, number]>>;

/** A lesson that is played, or has been: see lessons/lessons.ts. */
export interface LessonView {
  readonly id: string;
  readonly phase: 'preparing' | 'running' | 'over' | 'failed';
  /** When it began to run, on the clock of {@link Frame.atMs}. */
  readonly fromMs?: number;
  /** One for each model when it is over. */
  readonly results: readonly LessonResult[];
  /** As {@link MachineView}; it was so at some time of the lesson. */
  readonly warning?: string;
  /** Of one that failed. */
  readonly why?: string;
}

export interface LessonResult {
  readonly model: string;
  /** In the unit of the lesson. */
  readonly value: number;
  /** Whether a client waited still, so that its wait is longer than the value. */
  readonly isOpen: boolean;
}

export interface Frame {
  readonly format: typeof LAB_FORMAT;
  /** Milliseconds since the lab began. */
  readonly atMs: number;
  readonly settings: Settings;
  readonly machine: MachineView;
  readonly rows: readonly RowView[];
  readonly lesson?: LessonView;
}

/** What does not change. The first event, also after a reconnection. */
export interface Setup {
  readonly format: typeof LAB_FORMAT;
  readonly models: readonly ModelView[];
}

export interface ModelView {
  readonly name: string;
  readonly summary: string;
  readonly colour: string;
  /** Where the model is written, and what stands there. */
  readonly path: string;
  readonly source: string;
}

/** A button. All of them act on all rows, except a restart that names one. */
export type Command =
  | { readonly do: 'add'; readonly kind: Kind; readonly count: number }
  | { readonly do: 'chat' }
  | { readonly do: 'clear' }
  | { readonly do: 'pause' }
  | { readonly do: 'resume' }
  | { readonly do: 'restart'; readonly model?: string }
  | { readonly do: 'lesson'; readonly lesson: string }
  /** Ends a lesson, or takes its results away. */
  | { readonly do: 'leave' }
  | { readonly do: 'set'; readonly settings: Partial<Settings> };

/** The answer to a command: what was done, or why not; a sentence for the viewer. */
export type Reply = { readonly said: string } | { readonly error: string };
