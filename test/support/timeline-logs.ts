/**
 * Logs as servers write them, line by line, as input for the timeline. Times are milliseconds after
 * T.
 */
import { timelineOf, type Timeline } from '../../src/timeline/connections.js';
import { pickRun, readLines } from '../../src/timeline/read-log.js';

const T = 1_795_266_685_000;
type Fields = Record<string, unknown>;

export function line(msg: string, atMs: number, fields: Fields = {}, pid = 7): string {
  return JSON.stringify({ level: 'info', time: T + atMs, pid, ...fields, msg });
}

export function listening(model: string, atMs = 0, pid = 7): string {
  return line(
    'listening',
    atMs,
    { address: '127.0.0.1', port: 5003, service: 'count', model },
    pid,
  );
}

export function accepted(connection: number, atMs: number, pid = 7): string {
  return line('accepted', atMs, { connection, peer: `127.0.0.1:${40_000 + connection}` }, pid);
}

export function closed(
  connection: number,
  atMs: number,
  fields: Fields & { waitedMs: number; servedMs: number },
  pid = 7,
): string {
  const whole = { service: 'count', model: 'iterative', bytesIn: 2, bytesOut: 34, reason: 'end' };
  const peer = `127.0.0.1:${40_000 + connection}`;
  return line('closed', atMs, { connection, peer, ...whole, ...fields }, pid);
}

export async function timelineFrom(lines: readonly string[], run?: number): Promise<Timeline> {
  return timelineOf(pickRun(await readLines(lines), run));
}

/** As a server of 0.1.0 wrote it. Two clients: the second one waits for the first. */
export const ITERATIVE = [
  listening('iterative'),
  accepted(1, 100),
  line('received', 101, { connection: 1, bytes: 2 }),
  accepted(2, 150),
  line('queued', 150, { connection: 2, ahead: 0 }),
  line('sending', 300, { connection: 1, bytes: 3 }),
  closed(1, 400, { thread: 0, waitedMs: 0.5, servedMs: 299.5 }),
  line('received', 400, { connection: 2, bytes: 2 }),
  closed(2, 700, { thread: 0, waitedMs: 250, servedMs: 300 }),
  line('stopping', 800, { cause: 'SIGTERM' }),
  line('stopped', 801),
];

/** As a server of 0.1.0 wrote it. Two clients on main at the same time. */
export const EVENT_LOOP = [
  listening('event-loop'),
  accepted(1, 100),
  accepted(2, 150),
  closed(1, 400, { model: 'event-loop', thread: 0, waitedMs: 0, servedMs: 300 }),
  closed(2, 500, { model: 'event-loop', thread: 0, waitedMs: 0, servedMs: 350 }),
];

/**
 * As a server of 0.1.0 wrote it. Two threads and three clients, the third of which waits for a thread; a fourth client is refused.
 */
export const THREADS = [
  listening('thread-per-client'),
  accepted(1, 100),
  accepted(2, 100),
  line('thread started', 150, { thread: 1, threads: 2 }),
  line('thread started', 160, { thread: 2, threads: 2 }),
  accepted(3, 200),
  line('queued', 200, { connection: 3, ahead: 0 }),
  accepted(4, 210),
  line('refused', 210, { connection: 4, waiting: 1 }),
  closed(4, 215, { model: 'thread-per-client', waitedMs: 5, servedMs: 0, reason: 'refused' }),
  closed(1, 400, { model: 'thread-per-client', thread: 1, waitedMs: 50, servedMs: 250 }),
  line('thread lost', 500, { thread: 2, connection: 2, err: { message: 'gone' } }),
  closed(2, 500, {
    model: 'thread-per-client',
    thread: 2,
    waitedMs: 60,
    servedMs: 340,
    reason: 'thread lost',
  }),
  closed(3, 600, { model: 'thread-per-client', thread: 1, waitedMs: 200, servedMs: 200 }),
];

export function blocked(untilMs: number, blockedMs: number, connection?: number, heldMs?: number) {
  return line('loop blocked', untilMs, { blockedMs, connection, heldMs });
}

/** A `closed` line with the fields since 0.2.0, whose waits are 0 by default. */
export function told(connection: number, atMs: number, fields: Fields & { servedMs: number }) {
  const waits = { backlogMs: 0, waitedMs: 0, queuedMs: 0, loopWaitMs: 0, computedMs: 0 };
  return closed(connection, atMs, { model: 'event-loop', thread: 0, ...waits, ...fields });
}

/** Three clients that compute for a second each on the event loop, and arrive almost at once. */
export const COMPUTING = [
  listening('event-loop'),
  accepted(1, 100),
  blocked(1100, 1000, 1, 1000),
  told(1, 1100, { servedMs: 1000, computedMs: 1000 }),
  accepted(2, 1100),
  accepted(3, 1100),
  blocked(2100, 1000, 2, 1000),
  told(2, 2100, { backlogMs: 980, servedMs: 1000, computedMs: 1000 }),
  blocked(3100, 1000, 3, 1000),
  told(3, 3100, { backlogMs: 970, servedMs: 2000, loopWaitMs: 1000, computedMs: 1000 }),
];
