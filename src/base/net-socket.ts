/** What Node's net.Socket has and its types or its documentation lack. Any thread. */
import { Socket } from 'node:net';
import type { Transferable } from 'node:worker_threads';

/**
 * The net.Socket of a connection that is there already.
 * @param of its descriptor, or its handle in libuv: Node makes a server's sockets from one, without
 *   documenting it
 * @param pauseOnCreate it does not read until it is resumed, and can be transferred until then
 * @throws Error when libuv cannot use the descriptor
 */
export function connectedSocket(
  { fd, handle }: { readonly fd?: number; readonly handle?: object },
  pauseOnCreate: boolean,
): Socket {
  const options = {
    fd,
    handle,
    allowHalfOpen: true,
    pauseOnCreate,
    // What net.Socket would add to its copy of the options. Node 20 makes a hidden class of each copy
    // that grows, and looks for every option anew: 7 µs a socket, and garbage. With a spread object in
    // front of them it does so again.
    emitClose: false,
    autoDestroy: true,
    decodeStrings: false,
  };
  return new Socket(options);
}

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
