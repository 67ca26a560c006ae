/**
 * The clients of the demonstration: they come shortly after each other, so that their connections are numbered as they
 * are and main is seen to accept them, and from then on all talk at once. Each says its name to the service `count` and reads what it counts.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { linesOf } from '../clients/wire/lines.js';
import { StartError } from '../base/errors.js';

export const CLIENT_NAMES = ['A', 'B', 'C', 'D'] as const;

/** From one to the next. */
const ARRIVAL_INTERVAL_MS = 60;
/** As the service counts: name0 … name10. */
const LINES_PER_CLIENT = 11;

/**
 * Holds all conversations and resolves when they have ended.
 * @param onLine hears of every line as it comes, with the number of its client, from 0
 * @throws StartError when a client does not get all its lines
 */
export async function runClients(
  port: number,
  onLine: (client: number, line: string) => void,
): Promise<void> {
  const sockets: Socket[] = [];
  const conversations: Promise<void>[] = [];
  try {
    for (const [client, name] of CLIENT_NAMES.entries()) {
      if (client > 0) await sleep(ARRIVAL_INTERVAL_MS);
      const socket = connect({ host: '127.0.0.1', port });
      sockets.push(socket);
      await once(socket, 'connect');
      socket.write(`${name}\n`);
      const conversation = readAllLines(socket, (line) => onLine(client, line));
      // It is heard of below, which may be later than it happens.
      conversation.catch(() => undefined);
      conversations.push(conversation);
    }
    await Promise.all(conversations);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

async function readAllLines(socket: Socket, onLine: (line: string) => void): Promise<void> {
  let count = 0;
  try {
    // Having heard all, a client hangs up, and the server then closes.
    for await (const lines of linesOf(socket.setEncoding('utf8') as AsyncIterable<string>)) {
      lines.forEach(onLine);
      count += lines.length;
      if (count === LINES_PER_CLIENT) socket.end();
    }
  } catch (error) {
    throw new StartError(`a client of the demonstration: ${(error as Error).message}`, { cause: error });
  }
  if (count !== LINES_PER_CLIENT)
    throw new StartError(`a client of the demonstration got ${count} of ${LINES_PER_CLIENT} lines`);
}
