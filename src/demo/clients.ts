/**
 * The clients of the demonstration. They connect one shortly after the other, so that connections
 * are numbered in this order. Then all talk to the service `count` at once: each sends its name and
 * reads the counted lines. Main thread of `handoff demo`.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { linesOf } from '../clients/wire/lines.js';
import { StartError } from '../base/errors.js';

export const NAMES = ['A', 'B', 'C', 'D'] as const;

/** Time between the connects of two clients. */
const ARRIVAL_GAP_MS = 60;
/** The service sends name0 … name10. */
const LINES = 11;

/**
 * Runs all clients to their ends.
 * @param onLine called with each line, and with its client's number from 0
 * @throws StartError if a client does not receive all its lines
 */
export async function runClients(
  port: number,
  onLine: (client: number, line: string) => void,
): Promise<void> {
  const sockets: Socket[] = [];
  const exchanges: Promise<void>[] = [];
  try {
    for (const [client, name] of NAMES.entries()) {
      if (client > 0) await sleep(ARRIVAL_GAP_MS);
      const socket = connect({ host: '127.0.0.1', port });
      sockets.push(socket);
      await once(socket, 'connect');
      socket.write(`${name}\n`);
      const exchange = readLines(socket, (line) => onLine(client, line));
      // Promise.all below reports the error, which may happen earlier.
      exchange.catch(() => undefined);
      exchanges.push(exchange);
    }
    await Promise.all(exchanges);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

async function readLines(socket: Socket, onLine: (line: string) => void): Promise<void> {
  let count = 0;
  try {
    // After the last line the client half-closes, and the server then closes.
    for await (const lines of linesOf(socket.setEncoding('utf8') as AsyncIterable<string>)) {
      lines.forEach(onLine);
      count += lines.length;
      if (count === LINES) socket.end();
    }
  } catch (error) {
    throw new StartError(`a client of the demonstration: ${(error as Error).message}`, { cause: error });
  }
  if (count !== LINES)
    throw new StartError(`a client of the demonstration received ${count} of ${LINES} lines`);
}
