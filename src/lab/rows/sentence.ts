/**
 * What happens in a row, in one sentence: the text alternative of its picture, and its caption.
 * Pure. It names the client that holds the others up, if one does.
 */
import {
  DELAYED,
  KINDS,
  STAGES,
  type ClientView,
  type Kind,
  type RowView,
  type Stage,
} from '../protocol.js';

type Described = Pick<RowView, 'model' | 'phase' | 'clients' | 'main' | 'threads' | 'ended'>;

/** From here on a wait is worth a word. */
const LONG_MS = 200;
/** These clients are still shown for a moment. */
const OVER: readonly Stage[] = ['done', 'refused', 'lost'];
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
  const waiting = row.clients.filter((one) => isHeldUp(one, nowMs));
  const waits = waitsText(waiting, nowMs, row.threads.length > 0);
  if (row.phase === 'paused') return `The process is stopped: nothing moves. ${waits}`.trim();
  if (row.main.sinceMs > 0 && nowMs - row.main.sinceMs >= LONG_MS)
    return `${holderText(row)} ${waits || 'Nobody else waits.'}`;
  const blocking = blockersText(row, waiting);
  if (waiting.length > 0) return `${blocking} ${waits}`.trim();
  return quietText(row) + (blocking === '' ? '' : ` ${blocking}`);
}

/** Has waited for long for something that is not its own doing. */
function isHeldUp([, kind, , , sinceMs]: ClientView, nowMs: number): boolean {
  return DELAYED.includes(KINDS[kind] ?? 'silent') && sinceMs > 0 && nowMs - sinceMs >= LONG_MS;
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

function holderText({ main: { doing, by } }: Described): string {
  if (doing === 'stopped') return 'The process is stopped.';
  const [first] = by;
  if (doing !== 'computing' || first === undefined) return "Main's loop does not turn.";
  return by.length === 1
    ? `Client ${first} computes and holds main's loop.`
    : `Clients ${named(by)} compute on main's loop, one after the other.`;
}

/** Names the clients that occupy a place that others wait for. */
function blockersText(
  { model, clients, threads }: Described,
  waiting: readonly ClientView[],
): string {
  const othersWait = waiting.length > 0;
  const served = clients.filter(([, , stage]) => ['main', 'thread'].includes(STAGES[stage] ?? ''));
  if (model === 'iterative') {
    const [holder] = served;
    if (!holder || !othersWait) return '';
    return `Client ${holder[0]} has the server: it ${howOf(holder)}.`;
  }
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
  if (othersWait && isFull && isQueued && holding.length > 0)
    return `All ${threads.length} threads have a client: ${kindsText(holding)}.`;
  const [unread] = served.filter((one) => KINDS[one[1]] === 'unread');
  return unread ? `Client ${unread[0]} ${howOf(unread)}; nobody waits for it.` : '';
}

/** `3 sleep, 1 says nothing`. */
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

function quietText({ clients }: Described): string {
  const present = clients.filter(([, , stage]) => !OVER.includes(STAGES[stage] ?? 'done')).length;
  if (present === 0) return 'No client is here.';
  return `${present === 1 ? '1 client is' : `${present} clients are`} here; nobody waits for long.`;
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
