/**
 * A datagram socket of the address family of a host. Used by the server, the clients and the bench.
 */
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';

/**
 * Resolves a host and creates a socket of its family.
 * @throws the look-up's error, for a host name that cannot be resolved
 */
export async function socketFor(
  host: string,
): Promise<{ readonly socket: Socket; readonly address: string }> {
  const { address, family } = await lookup(host);
  const socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    // Every destination is an address already: this saves the look-up and one turn of the loop.
    lookup: (known, _options, done) => done(null, known, family),
  });
  return { socket, address };
}

/**
 * Requests a receive buffer for a burst. The kernel silently limits it (net.core.rmem_max).
 * @returns the size in bytes that the kernel reports
 */
export function askForBuffer(socket: Socket, bytes: number): number {
  try {
    socket.setRecvBufferSize(bytes);
  } catch {
    // Refused: the default buffer still holds some hundred datagrams.
  }
  return socket.getRecvBufferSize();
}
