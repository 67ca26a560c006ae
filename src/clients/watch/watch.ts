/**
 * The client of an admin socket: receives snapshots of a running server. Its own process, main
 * thread. admin/admin-socket.ts sends them, table.ts shows them.
 */
import type { Socket } from 'node:net';
import { SNAPSHOT_FORMAT, type BriefSnapshot, type Snapshot } from '../../admin/snapshot.js';
import { StartError } from '../../base/errors.js';
import { quoted, printable } from '../../base/printable.js';
import { connectionError } from '../wire/errors.js';
import { openSocket } from '../wire/socket.js';

export interface ReceivedSnapshot {
  readonly snapshot: Snapshot;
  /** The snapshot's JSON, as received. */
  readonly line: string;
}

/** Timeout of the first snapshot. A server sends none while its main thread computes. */
const FIRST_SNAPSHOT_TIMEOUT_MS = 10_000;
/** About ten times the longest snapshot. */
const MAX_LINE_CHARACTERS = 1024 * 1024;

interface WatchSettings {
  /** Interval of the snapshots; undefined: only one. */
  readonly everyMs: number | undefined;
  /** Closes the connection: a pending read of the next snapshot then fails. */
  readonly signal?: AbortSignal;
}

/**
 * Yields one snapshot at once, then one every `everyMs`.
 * @throws StartError with a one-line message if the connection fails, the server ends, or the path
 * does not belong to an admin socket of this format
 */
export async function* snapshotsOf(
  path: string,
  settings: WatchSettings,
): AsyncGenerator<ReceivedSnapshot, void> {
  for await (const line of receive(path, settings, { everyMs: settings.everyMs })) {
    const snapshot = parseSnapshot(line, path);
    if (!conforms(snapshot, WHOLE)) throw noSnapshot(path, line);
    yield { snapshot: snapshot as Snapshot, line };
  }
}

/** The same with brief snapshots, which cost the server less. Servers before 0.2 send whole ones. */
export async function* briefSnapshotsOf(
  path: string,
  settings: WatchSettings & { readonly everyMs: number },
): AsyncGenerator<BriefSnapshot, void> {
  for await (const line of receive(path, settings, { everyMs: settings.everyMs, brief: true }))
    yield parseSnapshot(line, path);
}

async function* receive(
  path: string,
  { everyMs, signal }: WatchSettings,
  request: object,
): AsyncGenerator<string, void> {
  const socket = await openSocket({ path }, { timeoutMs: FIRST_SNAPSHOT_TIMEOUT_MS });
  signal?.addEventListener('abort', () => void socket.destroy());
  try {
    if (everyMs !== undefined) socket.write(`${JSON.stringify(request)}\n`);
    for await (const line of linesFrom(socket, path)) {
      yield line;
      // From now on the screen shows a silence.
      socket.setTimeout(0);
      if (everyMs === undefined) return;
    }
  } catch (error) {
    throw connectionError(path, error);
  } finally {
    socket.destroy();
  }
  throw new StartError(`${path}: the server has ended`);
}

async function* linesFrom(socket: Socket, path: string): AsyncGenerator<string, void> {
  let rest = '';
  for await (const text of socket.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > MAX_LINE_CHARACTERS) throw noSnapshot(path, rest);
  }
}

function parseSnapshot(line: string, path: string): BriefSnapshot {
  const value = parseJson(line);
  if (!conforms(value, { format: 0 })) throw noSnapshot(path, line);
  const { format } = value as { format: number };
  if (format !== SNAPSHOT_FORMAT) {
    throw new StartError(
      `${path}: snapshots of format ${format}; this program knows format ${SNAPSHOT_FORMAT}`,
    );
  }
  if (conforms(value, { error: '' })) {
    throw new StartError(`${path}: ${printable((value as { error: string }).error)}`);
  }
  if (!conforms(value, BRIEF)) throw noSnapshot(path, line);
  return value as BriefSnapshot;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function noSnapshot(path: string, line: string): StartError {
  return new StartError(
    `${path}: ${quoted(line)} is not a snapshot; is this the path given to --admin?`,
  );
}

const PLACE = { connection: 0, 'thread?': 0 };
const WAITING = { connection: 0, peer: '', waitedMs: 0, 'backlogMs?': 0 };
const TIMES = { 'queuedMs?': 0, 'computedMs?': 0, 'loopWaitMs?': 0, 'coreWaitMs?': 0 };
const BLOCKED = { blockedMs: 0, 'connection?': 0, 'heldMs?': 0, agoMs: 0 };

/**
 * An example of the fields that the table and the lab show. A list has one element; `?` marks an
 * optional field, or one that older servers do not send.
 */
const BRIEF = {
  ...{ service: '', model: '', pid: 0, address: '', uptimeMs: 0, stopping: false },
  limits: { 'threads?': 0, queue: 0 },
  counts: { accepted: 0, refused: 0, served: 0, closed: {} },
  main: { utilization: 0, 'lagMs?': 0, 'blocked?': BLOCKED },
  'backlog?': { count: 0, limit: 0, longestMs: 0 },
  queue: { count: 0, first: [PLACE] },
  clients: { count: 0, first: [PLACE] },
  'threads?': { count: 0, states: {}, first: [{ 'thread?': 0, state: '', 'connection?': 0 }] },
};

/** The fields of a whole one that a brief one lacks. */
const WHOLE = {
  queue: { first: [WAITING] },
  clients: {
    first: [{ ...WAITING, ...TIMES, state: '', bytesIn: 0, bytesOut: 0, servedMs: 0 }],
  },
};

/** Checks that a value has the example's fields, with the same types. */
function conforms(value: unknown, example: unknown): boolean {
  if (Array.isArray(example)) {
    return Array.isArray(value) && value.every((element) => conforms(element, example[0]));
  }
  if (typeof value !== typeof example || value === null) return false;
  if (typeof example !== 'object' || example === null) return true;
  return Object.entries(example).every(([name, field]) => {
    const found = (value as Record<string, unknown>)[name.replace('?', '')];
    return (name.endsWith('?') && found === undefined) || conforms(found, field);
  });
}
