/**
 * The client of an admin socket: snapshots of a running server, as they come. Its own process, main thread.
 * admin/admin-socket.ts is the other side, table.ts shows a snapshot.
 */
import type { Socket } from 'node:net';
import { SNAPSHOT_FORMAT, type Snapshot } from '../../admin/snapshot.js';
import { StartError } from '../../base/errors.js';
import { quoted, printable } from '../../base/printable.js';
import { connectionError } from '../wire/errors.js';
import { openSocket } from '../wire/socket.js';

export interface ReceivedSnapshot {
  readonly snapshot: Snapshot;
  /** The same as it came. */
  readonly line: string;
}

/** So long may the first snapshot take: a server whose main thread computes answers nobody. */
const FIRST_SNAPSHOT_TIMEOUT_MS = 10_000;
/** Some ten times the longest snapshot that a server makes. */
const MAX_LINE_CHARACTERS = 1024 * 1024;

interface WatchSettings {
  /** Undefined: just the one. */
  readonly everyMs: number | undefined;
  /** Nobody wants to see any more: whoever waits for the next one gets an error. */
  readonly signal?: AbortSignal;
}

/**
 * One snapshot at once and then one every `everyMs`.
 * @throws StartError in one line when there is no server, none that speaks of itself, or not any more
 */
export async function* snapshotsOf(
  path: string,
  { everyMs, signal }: WatchSettings,
): AsyncGenerator<ReceivedSnapshot, void> {
  const socket = await openSocket({ path }, { timeoutMs: FIRST_SNAPSHOT_TIMEOUT_MS });
  signal?.addEventListener('abort', () => void socket.destroy());
  try {
    if (everyMs !== undefined) socket.write(`${JSON.stringify({ everyMs })}\n`);
    for await (const line of linesFrom(socket, path)) {
      yield { snapshot: parseSnapshot(line, path), line };
      // From now on a silence is something to be shown.
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

function parseSnapshot(line: string, path: string): Snapshot {
  const value = parseJson(line);
  if (!conforms(value, { format: 'number' })) throw noSnapshot(path, line);
  const { format } = value as { format: number };
  if (format !== SNAPSHOT_FORMAT) {
    throw new StartError(
      `${path}: snapshots of format ${format}; this program knows format ${SNAPSHOT_FORMAT}`,
    );
  }
  if (conforms(value, { error: 'string' })) {
    throw new StartError(`${path}: ${printable((value as { error: string }).error)}`);
  }
  if (!conforms(value, SNAPSHOT)) throw noSnapshot(path, line);
  return value as Snapshot;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function noSnapshot(path: string, line: string): StartError {
  return new StartError(`${path}: ${quoted(line)} is no snapshot; is this the path given to --admin?`);
}

/** What something must look like: a primitive type, a list of such, an object with at least these fields (`?`: optional). */
type Shape = 'number' | 'string' | 'boolean' | readonly [Shape] | { readonly [field: string]: Shape };

const WAITING = { connection: 'number', peer: 'string', waitedMs: 'number' } as const;

/** As much of a snapshot as is shown. */
const SNAPSHOT: Shape = {
  service: 'string',
  model: 'string',
  pid: 'number',
  address: 'string',
  uptimeMs: 'number',
  stopping: 'boolean',
  limits: { 'threads?': 'number', queue: 'number' },
  counts: { accepted: 'number', refused: 'number', served: 'number', closed: {} },
  main: { utilization: 'number' },
  queue: { count: 'number', first: [WAITING] },
  clients: {
    count: 'number',
    first: [
      {
        ...WAITING,
        'thread?': 'number',
        state: 'string',
        bytesIn: 'number',
        bytesOut: 'number',
        servedMs: 'number',
      },
    ],
  },
  'threads?': {
    count: 'number',
    states: {},
    first: [{ 'thread?': 'number', state: 'string', 'connection?': 'number' }],
  },
};

function conforms(value: unknown, shape: Shape): boolean {
  if (typeof shape === 'string') return typeof value === shape;
  if (isListShape(shape))
    return Array.isArray(value) && value.every((element) => conforms(element, shape[0]));
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<string, unknown>;
  return Object.entries(shape).every(([name, of]) => {
    const field = fields[name.replace('?', '')];
    return (name.endsWith('?') && field === undefined) || conforms(field, of);
  });
}

function isListShape(shape: Exclude<Shape, string>): shape is readonly [Shape] {
  return Array.isArray(shape);
}
