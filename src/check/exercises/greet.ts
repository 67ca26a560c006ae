/**
 * Document 002, the "Hello-world" TCP server: one message, one answer, and the end. The document's
 * own serves a single client.
 */
import { CHUNK } from './conventions.js';
import type { Check, Exercise } from '../check.js';
import {
  advice,
  check,
  nextClient,
  resettingClient,
  restartOnPort,
  silentLeaver,
  type Exchange,
} from './common.js';

const PATIENT_MS = 300;

const exchange: Exchange = async (client) => {
  client.send('Hi Server');
  await client.inbox.receives('Hello in return!');
};

const answer = check(
  'a message is answered by “Hello in return!”',
  { hint: 'client_socket.sendall(b"Hello in return!"), and nothing else' },
  async ({ connect }) => {
    const client = await connect();
    await exchange(client);
    await client.inbox.hasNothingMore();
  },
);

const closes = check(
  'then the server closes the connection',
  { hint: 'client_socket.close() sends the end of the stream', requires: [answer] },
  async ({ connect }) => {
    const client = await connect();
    await exchange(client);
    await client.inbox.isClosed();
  },
);

const waits = check(
  'the server waits for the message before it answers',
  { hint: 'recv() comes before sendall()', requires: [answer] },
  async ({ connect }) => {
    const client = await connect();
    await client.waits(PATIENT_MS);
    if (client.inbox.length > 0) client.inbox.fail('got an answer without a message', 0);
    await exchange(client);
  },
);

const checks: readonly Check[] = [
  answer,
  closes,
  waits,
  nextClient(exchange, [answer], advice),
  silentLeaver(exchange, [answer], advice),
  resettingClient(exchange, [answer], advice),
  restartOnPort(exchange, [answer]),
];

export const greet: Exercise = {
  name: 'greet',
  source: 'document 002, “Hello-world” server',
  transport: 'tcp',
  conventions: CHUNK,
  checks: () => checks,
  isServed: exchange,
};
