/**
 * A connection that logs a `debug` line for each message in and out. Wraps another one, at that
 * level only.
 */
import type { Connection, MaybePromise, Next } from './connection.js';

interface DebugLog {
  debug(fields: object, message: string): void;
}

export function logged(connection: Connection, log: DebugLog): Connection {
  const { id } = connection;
  const note = (message: string, bytes: Uint8Array) => {
    log.debug({ connection: id, bytes: bytes.length }, message);
  };
  return {
    id,
    get peer() {
      return connection.peer;
    },
    async recv(maxBytes?: number) {
      const bytes = await connection.recv(maxBytes);
      note('received', bytes);
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
