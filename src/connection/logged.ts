/**
 * A connection that logs a `debug` line for each message in and out. Wraps another one, at that
 * level only.
 */
import type { ServiceLog } from '../log/log.js';
import type { Connection, MaybePromise, Next } from './connection.js';

export function logged(connection: Connection, log: Pick<ServiceLog, 'debug'>): Connection {
  const { id } = connection;
  const note = (message: string, bytes: Uint8Array) => {
    log.debug({ connection: id, bytes: bytes.length }, message);
  };
  return {
    id,
    get peer() {
      return connection.peer;
    },
    log: connection.log,
    get hasClientEnded() {
      return connection.hasClientEnded;
    },
    async recv(maxBytes?: number) {
      const bytes = await connection.recv(maxBytes);
      note('received', bytes);
      return bytes;
    },
    async recvWithin(waitMs: number) {
      const bytes = await connection.recvWithin(waitMs);
      if (bytes) note('received', bytes);
      return bytes;
    },
    sendAll(bytes: Uint8Array): MaybePromise<undefined> {
      note('sending', bytes);
      return connection.sendAll(bytes);
    },
    yieldTurn: () => connection.yieldTurn(),
    forEachChunk(use: (chunk: Uint8Array) => MaybePromise<Next>): Promise<void> {
      return connection.forEachChunk((chunk) => {
        note('received', chunk);
        return use(chunk);
      });
    },
    startDeadline: (name) => connection.startDeadline(name),
    endDeadline: (name) => connection.endDeadline(name),
  };
}
