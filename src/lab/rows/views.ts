/**
 * How the parts of a row stand in a frame (../protocol.ts). Pure; a client of the lab is found among
 * the server's connections by its port.
 */
import type { BriefSnapshot } from '../../admin/snapshot.js';
import type { LabClient } from '../clients/client.js';
import {
  KINDS,
  STAGES,
  type ClientView,
  type ServerView,
  type Stage,
  type ThreadView,
} from '../protocol.js';
import type { Connections, Tracked } from './connections.js';
import type { Runners } from './runners.js';

/** A stage, and the thread in it. */
type Place = Pick<Tracked, 'stage' | 'thread'>;

/**
 * @param place of its connection
 * @param toLabMs puts a time of the monotonic clock on the clock of the frames
 */
export function clientView(
  client: LabClient,
  place: Place | undefined,
  toLabMs: (atMs: number) => number,
): ClientView {
  const stage = stageOf(client, place?.stage);
  const sinceMs = client.waitsSinceMs > 0 ? toLabMs(client.waitsSinceMs) : 0;
  const thread = stage === 'thread' ? (place?.thread ?? 0) : 0;
  return [client.id, KINDS.indexOf(client.kind), STAGES.indexOf(stage), thread, sinceMs];
}

function stageOf(client: LabClient, stage: Stage | undefined): Stage {
  if (client.ending) return client.ending;
  if (client.localPort === undefined) return 'away';
  return stage ?? 'backlog';
}

/**
 * Where a client's connection is; undefined: the server has not accepted it.
 * @param holders clients that hold main: they are there, whether or not the log has said so yet
 */
export function placeOf(
  client: LabClient,
  connections: Connections,
  holders: readonly number[],
): Place | undefined {
  if (holders.includes(client.id) && !client.ending) return { stage: 'main', thread: 0 };
  return connections.of(client.localPort);
}

/**
 * The clients whose request may compute on main, as far as the lab knows what it has sent.
 * @param beforeMs only clients that had asked by then can
 */
export function mayCompute(
  clients: readonly LabClient[],
  connections: Connections,
  beforeMs: number,
): readonly number[] {
  const asked = clients.filter(
    ({ kind, localPort, waitsSinceMs }) =>
      kind === 'computing' &&
      localPort !== undefined &&
      waitsSinceMs > 0 &&
      waitsSinceMs <= beforeMs,
  );
  const onMain = asked.filter(({ localPort }) => connections.of(localPort)?.stage === 'main');
  // The log line of its accept may wait for main, too. Of several, the first one came first.
  return (onMain.length > 0 ? onMain : asked.slice(0, 1)).map(({ id }) => id);
}

/** By their numbers; those that start have none yet and come last. */
export function threadViews(
  { threads }: Pick<BriefSnapshot, 'threads'>,
  runners: Runners,
  connections: Connections,
  clients: readonly LabClient[],
): ThreadView[] {
  const idOf = new Map(clients.map((client) => [client.localPort ?? 0, client.id]));
  return (threads?.first ?? [])
    .map(({ thread = 0, state, connection }): ThreadView => {
      const port = connection === undefined ? undefined : connections.portOf(connection);
      const shown = state === 'running' && !runners.has(thread) ? 'serving' : state;
      return [thread, shown, idOf.get(port ?? -1) ?? 0];
    })
    .sort(([a], [b]) => (a || Infinity) - (b || Infinity) || 0);
}

export function serverView({ pid, counts, limits, backlog, main }: BriefSnapshot): ServerView {
  const { utilization } = main;
  return { ...{ pid, counts, limits }, ...(backlog && { backlog }), main: { utilization } };
}
