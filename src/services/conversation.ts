/**
 * One client's conversation from its first byte to its last, whichever thread holds it: runs the service, sees the
 * connection off, and says how it ended.
 */
import { ConnectionLost, type Connection } from '../connection/connection.js';
import type { EndReason } from '../connection/end-reason.js';
import { logged } from '../connection/logged.js';
import type { Session } from '../shared/shared.js';
import type { AnyService, ServiceContext } from './service.js';

/** What the owner of a connection needs beside what its service sees. */
export interface OwnedConnection extends Connection {
  /** Whether the client has ended its side. */
  readonly ended: boolean;
  /** Ends the server's side in order; a client that talks on is listened to for that long at the most. */
  finish(patienceMs: number): void | Promise<void>;
}

export interface ConversationContext extends ServiceContext<Session | undefined> {
  /** Whether each message has its `debug` line. */
  readonly debug: boolean;
}

const PATIENCE_MS = 1000;

/** Never rejects: a service that throws is logged and ends its own client. */
export async function converse(
  service: AnyService,
  connection: OwnedConnection,
  context: ConversationContext,
): Promise<EndReason> {
  try {
    await service.serve(context.debug ? logged(connection, context.log) : connection, context);
    const reason = connection.ended ? 'end' : 'done';
    await connection.finish(PATIENCE_MS);
    return reason;
  } catch (error) {
    if (error instanceof ConnectionLost) return error.reason;
    context.log.error({ connection: connection.id, err: error }, 'service failed');
    return 'error';
  }
}
