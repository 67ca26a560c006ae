/**
 * What holds clients up, in words: one line each, of at most 60 characters in common cases. Pure.
 * The words are those of serving/time-words.ts.
 */
import type { Snapshot } from '../../admin/snapshot.js';
import { TIME_WORDS } from '../../serving/time-words.js';
import type { ClientView } from '../../serving/views.js';
import type { SteadyMs } from './steadiness.js';
import { duration } from './text.js';

/** From here on a wait is worth a line. */
const LONG_MS = 1000;
/** For so long a line says that main was blocked: it takes a moment to read. */
const SHOW_BLOCK_MS = 10_000;
/** Connections that a line names. */
const MOST_NAMED = 3;

/** @param steadyMs for how long each client has not moved, as far as that is known */
export function warningsOf(snapshot: Snapshot, steadyMs: SteadyMs): string[] {
  const { clients, queue, backlog } = snapshot;
  const steady = (state: ClientView['state']) =>
    clients.first.filter(
      (client) => client.state === state && (steadyMs.get(client.connection) ?? 0) >= LONG_MS,
    );
  const [first] = queue.first;
  const warnings = [
    blockedText(snapshot.main.blocked),
    backlog && backlog.count > 0 ? backlogText(backlog.count) : '',
    first && first.waitedMs >= LONG_MS
      ? `the first client ${TIME_WORDS.queue} has waited ${duration(first.waitedMs)}`
      : '',
    queue.count > 0 ? silentText(snapshot, steady('recv'), steadyMs) : '',
    unreadText(steady('send'), steadyMs),
  ];
  return warnings.filter((text) => text !== '');
}

/** Also for a server that sends no snapshot. */
export function backlogText(count: number): string {
  return count === 1
    ? `1 client waits ${TIME_WORDS.backlog}: main has not accepted it`
    : `${count} clients wait ${TIME_WORDS.backlog}: main has not accepted them`;
}

function blockedText(blocked: Snapshot['main']['blocked']): string {
  if (!blocked || blocked.agoMs > SHOW_BLOCK_MS) return '';
  const { blockedMs, connection, heldMs = blockedMs, agoMs } = blocked;
  const ago = `${duration(agoMs)} ago`;
  if (connection === undefined)
    return `main blocked for ${duration(blockedMs)} by no client (stopped?), ${ago}`;
  const by =
    heldMs >= 0.9 * blockedMs
      ? `by connection ${connection}`
      : `(connection ${connection}: ${duration(heldMs)})`;
  return `main blocked for ${duration(blockedMs)} ${by}, ${ago}`;
}

/** Clients that say nothing while others wait for their place. */
function silentText({ threads }: Snapshot, silent: ClientView[], steadyMs: SteadyMs): string {
  const [first] = silent;
  if (!first) return '';
  if (threads) {
    const idle =
      silent.length === 1
        ? '1 thread idle: silent client'
        : `${silent.length} threads idle: silent clients`;
    return `${idle}; others are ${TIME_WORDS.queue}`;
  }
  const silentMs = steadyMs.get(first.connection) ?? 0;
  const silence = `client ${first.connection} silent for ${duration(silentMs)}`;
  return `${silence}; others are ${TIME_WORDS.queue}`;
}

function unreadText(unread: ClientView[], steadyMs: SteadyMs): string {
  const [first] = unread;
  if (!first) return '';
  if (unread.length === 1) {
    const forMs = steadyMs.get(first.connection) ?? 0;
    return `client ${first.connection} does not read its answers, for ${duration(forMs)} now`;
  }
  const names = unread.slice(0, MOST_NAMED).map(({ connection }) => connection);
  const more = unread.length - names.length;
  const listed = `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return `clients ${listed} do not read their answers`;
}
