/**
 * One client's conversation from its first byte to its last, on whichever thread serves it. It runs
 * the service, ends the connection in order, and returns the reason of the end.
 */
import { ConnectionLost, isLate, type Connection } from '../connection/connection.js';
import { errOf } from '../base/thrown.js';
import type { EndReason } from '../connection/end-reason.js';
import { logged } from '../connection/logged.js';
import type { Session } from '../shared/shared.js';
import type { AnyService, ServiceContext } from './service.js';

/** What the owner of a connection uses, beside what the service sees. */
export interface OwnedConnection extends Connection {
  /** Whether the client has ended its side. */
  readonly ended: boolean;
  /**
   * Ends the server's side in order. A client that keeps sending has `patienceMs` milliseconds to
   * stop. After `silenceMs` milliseconds of silence it has; by default, at once.
   */
  finish(patienceMs: number, silenceMs?: number): void | Promise<void>;
}

export interface ConversationContext extends ServiceContext<Session | undefined> {
  /** Whether each message gets a `debug` line. */
  readonly debug: boolean;
}

const PATIENCE_MS = 1000;
/** For a client that was answered before it had sent all: it may pause, and sends much. */
const EARLY = { patienceMs: 5000, silenceMs: 1000 };

/**
 * Runs the conversation. Never rejects: an error of the service is logged and ends only this
 * client.
 */
export async function converse(
  service: AnyService,
  connection: OwnedConnection,
  context: ConversationContext,
): Promise<EndReason> {
  try {
    const seen = context.debug ? logged(connection, context.log) : connection;
    // A service in JavaScript may return anything.
    const end: unknown = await service.serve(seen, context);
    const breach = end === 'too long' ? end : undefined;
    const reason = breach ?? (connection.ended ? 'end' : 'done');
    if (breach || end === 'early') await connection.finish(EARLY.patienceMs, EARLY.silenceMs);
    else await connection.finish(PATIENCE_MS);
    return reason;
  } catch (error) {
    // Not instanceof: a service may throw anything, also a proxy that throws in turn.
    if (ConnectionLost.is(error)) {
      // A late client is still sending: closing over that would destroy what it was told.
      if (isLate(error.reason)) await connection.finish(PATIENCE_MS);
      return error.reason;
    }
    context.log.error({ connection: connection.id, err: errOf(error) }, 'service failed');
    return 'error';
  }
}
