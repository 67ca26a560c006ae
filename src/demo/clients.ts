/**
 * The clients of the demonstration: they come one after the other, so that their connections are numbered as they are,
 * and from then on all talk at once. Each says its name to the service `count` and reads what it counts.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { StartError } from '../errors.js';

export const NAMES = ['A', 'B', 'C', 'D'] as const;

/** As the service counts: name0 … name10. */
const LINES = 11;

/**
 * Holds all conversations and resolves when they have ended.
 * @param onLine hears of every line, as it comes
 * @throws StartError when a client does not get all its lines
 */
export async function converseAll(
  port: number,
  onLine: (client: number, line: string) => void,
): Promise<void> {
  const sockets: Socket[] = [];
  try {
    for (const name of NAMES) {
      const socket = connect({ host: '127.0.0.1', port });
      sockets.push(socket);
      await once(socket, 'connect');
      socket.write(`${name}\n`);
    }
    await Promise.all(sockets.map((socket, client) => listen(socket, (line) => onLine(client, line))));
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

async function listen(socket: Socket, onLine: (line: string) => void): Promise<void> {
  let lines = 0;
  // The iterator of a readline passes over errors of its input.
  const failed = once(socket, 'close').then(() => undefined);
  for await (const line of createInterface({ input: socket })) {
    onLine(line);
    if (++lines === LINES) {
      socket.end();
      break;
    }
  }
  await failed;
  if (lines < LINES) throw new StartError(`the demonstration's server sent ${lines} of ${LINES} lines`);
}
