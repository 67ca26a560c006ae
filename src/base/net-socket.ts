/** What Node's net.Socket has and its types or its documentation lack. Any thread. */
import type { Socket } from 'node:net';
import type { Transferable } from 'node:worker_threads';

/** The types do not know yet that a socket can be transferred: hence the cast. */
export function transferListOf(socket: Socket): readonly [Transferable] {
  return [socket as unknown as Transferable];
}

/**
 * `_handle` is not documented and so not in the types: hence the cast, and the check.
 * @returns undefined if the socket is closed, or this Node keeps the descriptor elsewhere
 */
export function descriptorOf(socket: Socket): number | undefined {
  const { _handle } = socket as unknown as { _handle?: { readonly fd?: unknown } | null };
  return typeof _handle?.fd === 'number' && _handle.fd >= 0 ? _handle.fd : undefined;
}
