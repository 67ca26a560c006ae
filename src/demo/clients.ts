/**
 * The clients of the demonstration, which run in the process of `handoff demo`.
 *
 * They connect shortly after each other, so that the server numbers their connections in this order
 * and the picture shows each accept. Each follows its script, of an act in acts.ts. Read server.ts
 * next.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { linesOf } from '../clients/wire/lines.js';
import { StartError } from '../base/errors.js';

export const CLIENT_NAMES = ['A', 'B', 'C', 'D'] as const;

/** Time in milliseconds between the connections of two clients. */
const ARRIVAL_INTERVAL_MS = 60;

/** What a client does. */
export interface Script {
  /** Lines without their newlines. */
  readonly requests: readonly string[];
  readonly linesPerRequest: number;
  /** Between an answer and the next request, in milliseconds. */
  readonly pauseMs: number;
}

/**
 * Runs a client for each script and resolves when all of them have received their lines and the
 * server has closed their connections.
 * @param onLine receives every line as it arrives, with the index of its client, from 0
 * @throws StartError when a client does not get all its lines
 * @throws the socket's error when a client cannot connect
 */
export async function runClients(
  port: number,
  scripts: readonly Script[],
  onLine: (client: number, line: string) => void,
): Promise<void> {
  const sockets: Socket[] = [];
  const conversations: Promise<void>[] = [];
  try {
    for (const [client, script] of scripts.entries()) {
      if (client > 0) await sleep(ARRIVAL_INTERVAL_MS);
      const socket = connect({ host: '127.0.0.1', port });
      sockets.push(socket);
      await once(socket, 'connect');
      const conversation = converse(socket, script, (line) => onLine(client, line));
      // Promise.all below reports a failure; until then it must not count as an unhandled
      // rejection.
      conversation.catch(() => undefined);
      conversations.push(conversation);
    }
    await Promise.all(conversations);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

/**
 * @throws StartError when the connection fails or ends before the last line, or sends more lines
 */
async function converse(
  socket: Socket,
  { requests, linesPerRequest, pauseMs }: Script,
  onLine: (line: string) => void,
): Promise<void> {
  let sent = 0;
  let received = 0;
  const send = () => socket.write(`${requests[sent++] ?? ''}\n`);
  try {
    send();
    for await (const lines of linesOf(socket.setEncoding('utf8') as AsyncIterable<string>)) {
      lines.forEach(onLine);
      received += lines.length;
      if (received < sent * linesPerRequest) continue;
      if (sent < requests.length) {
        await sleep(pauseMs);
        send();
        // The client half-closes after its last line; the server then closes the connection.
      } else socket.end();
    }
  } catch (error) {
    throw new StartError(`a client of the demonstration failed: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const expected = requests.length * linesPerRequest;
  if (received !== expected)
    throw new StartError(`a client of the demonstration received ${received} of ${expected} lines`);
}
