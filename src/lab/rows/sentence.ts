/**
 * What happens in a row, in one sentence: the text alternative of its picture, and its caption.
 * Pure. It names the client that holds the others up, if one does.
 */
import {
  KINDS,
  STAGES,
  type ClientView,
  type Kind,
  type RowView,
  type Stage,
} from '../protocol.js';
import { LONG_WAIT_MS, waitsLong } from '../waiting.js';

type Described = Pick<RowView, 'model' | 'phase' | 'clients' | 'main' | 'threads' | 'ended'>;

/** What is said while clients that are over are still shown for a moment, and no other. */
const OVER: Readonly<Partial<Record<Stage, string>>> = {
  done: 'The last client has just left.',
  refused: 'The last client was refused.',
  lost: 'The last client has lost its connection.',
};
/** A second of processor time that takes this long needs a word: the cores are busy. */
const SLOW_MS = 2000;
/** These clients would hold others up under another model. */
const NOTABLE: readonly Kind[] = ['computing', 'unread', 'sleeping'];
/** Clients that a sentence names. */
const MOST_NAMED = 3;

const HOW: Readonly<Record<Kind, string>> = {
  steady: 'stays connected',
  visitor: 'is served',
  guest: 'is served',
  silent: 'says nothing',
  computing: 'computes',
  sleeping: 'sleeps',
  unread: 'does not read its answers',
  speaker: 'speaks',
  listener: 'listens',
  killer: 'made its thread fail',
};

/** @param hasLostThread whether a thread died a moment ago */
export function sentenceOf(row: Described, nowMs: number, hasLostThread = false): string {
  const loss = hasLostThread ? 'A thread died, and its clients with it; another replaces it. ' : '';
  return loss + presentOf(row, nowMs);
}

function presentOf(row: Described, nowMs: number): string {
  if (row.phase === 'dead') return 'The server is dead, and all its clients are lost.';
  if (row.phase === 'starting') return 'The server starts.';
  const waiting = row.clients.filter((one) => waitsLong(one, nowMs));
  const waits = waitsText(waiting, nowMs, row.threads.length > 0);
  if (row.phase === 'paused') return `The process is stopped: nothing moves. ${waits}`.trim();
  if (row.main.sinceMs > 0 && nowMs - row.main.sinceMs >= LONG_WAIT_MS)
    return `${holderText(row, nowMs)} ${waits || 'No other client waits.'}`;
  return waiting.length > 0 ? `${blockersText(row, waiting)} ${waits}`.trim() : quietText(row);
}

function waitsText(waiting: readonly ClientView[], nowMs: number, hasThreads: boolean): string {
  if (waiting.length === 0) return '';
  const longestMs = Math.max(...waiting.map(([, , , , sinceMs]) => nowMs - sinceMs));
  const places = (['away', 'backlog', 'queue', 'main', 'thread'] as const).flatMap((stage) => {
    const count = waiting.filter((one) => STAGES[one[2]] === stage).length;
    const place = stage === 'main' && hasThreads ? 'on the way to a thread' : PLACES[stage];
    return count === 0 ? [] : [`${count} ${place}`];
  });
  const who = waiting.length === 1 ? '1 client waits' : `${waiting.length} clients wait`;
  return `${who}, the longest for ${seconds(longestMs)}: ${places.join(', ')}.`;
}

const PLACES: Readonly<Record<Exclude<Stage, 'done' | 'refused' | 'lost'>, string>> = {
  away: 'not connected yet',
  backlog: "in the kernel's accept queue",
  main: "on main's loop",
  queue: 'in the admission queue',
  thread: 'on a thread',
};

function holderText({ main, threads }: Described, nowMs: number): string {
  const { doing, by, sinceMs } = main;
  if (doing === 'stopped') return 'The process is stopped.';
  if (doing !== 'computing' || threads.length > 0) return "Main's loop does not turn.";
  const [first] = by;
  if (first === undefined) return "Main's loop computes for a client that has left.";
  const who =
    by.length === 1
      ? `Client ${first} computes and holds main's loop`
      : `Clients ${named(by)} compute on main's loop, one after the other`;
  const forMs = nowMs - sinceMs;
  return forMs < SLOW_MS ? `${who}.` : `${who}, for ${seconds(forMs)}: the cores are busy.`;
}

/** The clients that others wait for, as far as it shows; empty if it does not. */
function blockersText(
  { model, clients, threads }: Described,
  waiting: readonly ClientView[],
): string {
  const served = clients.filter(isServed);
  const [first] = served;
  if (model === 'iterative')
    return first ? `Client ${first[0]} has the server: it ${howOf(first)}.` : '';
  const computing = served.find(
    ([, kind, , thread]) =>
      KINDS[kind] === 'computing' &&
      thread > 0 &&
      waiting.some(([, , , itsThread]) => itsThread === thread),
  );
  if (computing)
    return `Client ${computing[0]} computes on thread ${computing[3]}, whose other clients wait.`;
  const holding = served.filter(
    (one) => KINDS[one[1]] !== 'visitor' && STAGES[one[2]] === 'thread',
  );
  const isFull = threads.length > 0 && threads.every(([, , id]) => id > 0);
  const isQueued = clients.some(([, , stage]) => STAGES[stage] === 'queue');
  return isFull && isQueued && holding.length > 0
    ? `All ${threads.length} threads have a client: ${kindsText(holding)}.`
    : '';
}

function isServed([, , stage]: ClientView): boolean {
  return STAGES[stage] === 'main' || STAGES[stage] === 'thread';
}

/** `3 sleeping, 1 silent`. */
function kindsText(clients: readonly ClientView[]): string {
  const kinds = [...new Set(clients.map(([, kind]) => kind))];
  return kinds
    .map((kind) => {
      const count = clients.filter((one) => one[1] === kind).length;
      return `${count} ${NOUNS[KINDS[kind] ?? 'steady']}`;
    })
    .join(', ');
}

const NOUNS: Readonly<Record<Kind, string>> = {
  steady: 'ordinary',
  visitor: 'visiting',
  guest: 'visiting',
  silent: 'silent',
  computing: 'computing',
  sleeping: 'sleeping',
  unread: 'not reading',
  speaker: 'speaking',
  listener: 'listening',
  killer: 'failing',
};

/** No client waits for long: why one that might hold others up does not. */
function quietText({ model, clients }: Described): string {
  const served = clients.filter(isServed);
  const notable = served.find(([, kind]) => NOTABLE.includes(KINDS[kind] ?? 'steady'));
  if (notable) {
    const others = `No other client waits longer than ${seconds(LONG_WAIT_MS)}.`;
    return `Client ${notable[0]} ${notableText(model, notable, served)} ${others}`;
  }
  const ends = clients.flatMap(([, , stage]) => OVER[STAGES[stage] ?? 'done'] ?? []);
  const present = clients.length - ends.length;
  // The connection that ended last comes last.
  if (present === 0) return ends.at(-1) ?? 'No client is connected.';
  const are = present === 1 ? '1 client is' : `${present} clients are`;
  return `${are} connected; none waits longer than ${seconds(LONG_WAIT_MS)}.`;
}

function notableText(model: string, client: ClientView, served: readonly ClientView[]): string {
  const [, kind, , thread] = client;
  const how = howOf(client);
  if (model === 'iterative') return `has the server: it ${how}.`;
  if (thread === 0) return KINDS[kind] === 'sleeping' ? `${how}, which holds no loop.` : `${how}.`;
  const isOwn =
    model === 'thread-per-client' && served.every((one) => one === client || one[3] !== thread);
  return `${how} on ${isOwn ? 'a thread of its own' : `thread ${thread}`}.`;
}

function howOf([, kind]: ClientView): string {
  return HOW[KINDS[kind] ?? 'steady'];
}

function named(ids: readonly number[]): string {
  const shown = ids.slice(0, MOST_NAMED).join(', ');
  return ids.length > MOST_NAMED ? `${shown} and ${ids.length - MOST_NAMED} more` : shown;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
