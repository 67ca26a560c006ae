/** Why a conversation ended: the `reason` of its `closed` line. Used on every thread. */
import type { Breach, LossReason } from './connection.js';

/**
 * `end`: the client closed. `done`: the service closed. `error`: the service threw. `too long`: the
 * client sent a message over the limit. The others say how the conversation was cut short; `slow`
 * and `dismissed` come from a shared object. `handshake`: there was no TLS. The deadlines are those of
 * deadlines.ts; `task limit`: its service computed for too long. The order is part of the mailbox's
 * format.
 */
export const END_REASONS = [
  'end',
  'done',
  'reset',
  'idle',
  'stopped',
  'slow',
  'dismissed',
  'too long',
  'error',
  'handshake',
  'login deadline',
  'line deadline',
  'request deadline',
  'send deadline',
  'task limit',
] as const;
export type EndReason = (typeof END_REASONS)[number];

// Every LossReason must be in the list.
END_REASONS satisfies readonly (
  | LossReason
  | Breach
  | 'end'
  | 'done'
  | 'error'
  | 'dismissed'
  | 'handshake'
)[];

/** Why main ended a client's input. */
export type InputEnd = 'stopped' | 'dismissed';

/**
 * The reason for the log. After main has ended the client's input, the handler sees an end of
 * stream and ends in order. The cause is then main, not the client.
 */
export function reasonOf<R extends string>(
  reason: EndReason | R,
  inputEnd: InputEnd | undefined,
): EndReason | R {
  if (inputEnd === 'dismissed' && (reason === 'end' || reason === 'done')) return inputEnd;
  return reason === 'end' ? (inputEnd ?? reason) : reason;
}
