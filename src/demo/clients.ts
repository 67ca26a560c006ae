/**
 * The clients of the demonstration: they come one after the other, so that their connections are numbered as they are,
 * and from then on all talk at once. Each says its name to the service `count` and reads what it counts.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { linesOf } from '../clients/lines-of.js';
import { StartError } from '../errors.js';

export const NAMES = ['A', 'B', 'C', 'D'] as const;

/** As the service counts: name0 … name10. */
const LINES = 11;

/**
 * Holds all conversations and resolves when they have ended.
 * @param onLine hears of every line as it comes, with the number of its client, from 0
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
      // It is heard of where the lines are read, which may be later than it happens.
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(`${name}\n`);
    }
    await Promise.all(sockets.map((socket, client) => listen(socket, (line) => onLine(client, line))));
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

async function listen(socket: Socket, onLine: (line: string) => void): Promise<void> {
  let count = 0;
  try {
    // Having heard all, a client hangs up, and the server then closes.
    for await (const lines of linesOf(socket.setEncoding('utf8') as AsyncIterable<string>)) {
      lines.forEach(onLine);
      count += lines.length;
      if (count === LINES) socket.end();
    }
  } catch (error) {
    throw new StartError(`a client of the demonstration: ${(error as Error).message}`, { cause: error });
  }
  if (count !== LINES) throw new StartError(`a client of the demonstration got ${count} of ${LINES} lines`);
}
