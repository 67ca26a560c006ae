/** A datagram socket of the family that a host's address belongs to. Used by the server, the client and the bench. */
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';

/** Rejects with the error of the look-up, if the host is a name that there is none of. */
export async function socketFor(
  host: string,
): Promise<{ readonly socket: Socket; readonly address: string }> {
  const { address, family } = await lookup(host);
  const socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    // Every address that is sent to is one already: no look-up, and no detour through the next turn of the loop.
    lookup: (known, _options, done) => done(null, known, family),
  });
  return { socket, address };
}

/** Asks for room for a burst. The kernel gives as much as it is set to (net.core.rmem_max) and does not say so. */
export function askForBuffer(socket: Socket, bytes: number): number {
  try {
    socket.setRecvBufferSize(bytes);
  } catch {
    // Refused: the default buffer holds some hundred datagrams, too.
  }
  return socket.getRecvBufferSize();
}
