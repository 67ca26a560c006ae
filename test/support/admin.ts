/** A client of a server's admin socket, for tests. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Snapshot } from '../../src/admin/snapshot.js';
import { PATIENCE_MS } from './eventually.js';
import type { Cleanup } from './server.js';

interface WatcherClient {
  readonly socket: Socket;
  /** The next line from the server; undefined after its end. */
  next(): Promise<string | undefined>;
  /** All further lines, up to the end or a reset. */
  rest(): Promise<string[]>;
}

/** @param request sent at once */
export async function connectWatcher(
  t: Cleanup,
  path: string,
  request = '',
): Promise<WatcherClient> {
  const socket = connect({ path, allowHalfOpen: true });
  t.after(() => void socket.destroy());
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  socket.write(request);
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const next = async () => {
    const result = await lines.next();
    return result.done ? undefined : result.value;
  };
  return {
    socket,
    next,
    async rest() {
      const said: string[] = [];
      for (let line = await next(); line !== undefined; line = await next()) said.push(line);
      return said;
    },
  };
}

/** The first snapshot that satisfies the condition. */
export async function snapshotWhere(
  t: Cleanup,
  path: string,
  what: string,
  holds: (snapshot: Snapshot) => boolean = () => true,
): Promise<Snapshot> {
  const watcher = await connectWatcher(t, path, '{"everyMs":50}\n');
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (let line = await watcher.next(); line !== undefined; line = await watcher.next()) {
    const snapshot = JSON.parse(line) as Snapshot;
    if (holds(snapshot)) {
      watcher.socket.destroy();
      return snapshot;
    }
    if (performance.now() > deadlineMs)
      throw new Error(`in vain waited for ${what}; last seen: ${line}`);
  }
  throw new Error(`the server has ended before ${what}`);
}
