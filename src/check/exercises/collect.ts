/**
 * Document 001, exercise 1.3: the server reads until the end of the stream, prints the pieces and
 * closes. It answers nothing, so its printing shows what it got.
 */
import { CHUNK } from './conventions.js';
import type { Check, Exercise } from '../check.js';
import {
  advice,
  check,
  CONSEQUENCE_MS,
  HINTS,
  nextClient,
  resettingClient,
  restartOnPort,
  silentLeaver,
  type Exchange,
} from './common.js';

const PAUSE_MS = 300;
/** More than the kernel keeps for a server that does not read. */
const LONG = Buffer.alloc(8 * 1024 * 1024, 'Hello, world ');

const exchange: Exchange = async (client) => {
  client.send('Hello, world');
  client.halfClose();
  await client.inbox.ends();
};

const begins: Exchange = async (client) => {
  client.send('Hello');
  await client.waits(CONSEQUENCE_MS);
};

const closes = check(
  'the server closes the connection after the client’s end',
  { hint: 'recv() returns b"" at the end: leave the loop, then conn.close()' },
  async ({ connect }) => exchange(await connect()),
);

const prints = check(
  'the server prints what the client sent',
  { hint: 'print the list of pieces after the loop', requires: [closes] },
  async (context) => {
    await exchange(await context.connect());
    await context.prints('Hello, world');
  },
);

const pieces = check(
  'the server reads on while the client pauses',
  { hint: HINTS.recv, requires: [closes] },
  async (context) => {
    const client = await context.connect();
    for (const piece of ['first piece', 'second piece', 'third piece']) {
      client.send(piece);
      await client.waits(PAUSE_MS);
      if (client.inbox.end !== undefined) client.inbox.fail('lost its connection before its end');
    }
    client.halfClose();
    await client.inbox.ends();
    for (const piece of ['first piece', 'second piece', 'third piece']) await context.prints(piece);
  },
);

const long = check(
  'a message of 8 MiB is read to its end',
  { hint: HINTS.recv, requires: [closes] },
  async ({ connect }) => {
    const client = await connect();
    client.send(LONG);
    await client.flushed();
    client.halfClose();
    await client.inbox.ends();
  },
);

const checks: readonly Check[] = [
  closes,
  prints,
  pieces,
  long,
  nextClient(exchange, [closes], advice),
  silentLeaver(exchange, [closes], advice),
  resettingClient(exchange, [closes], advice, begins),
  restartOnPort(exchange, [closes], begins),
];

export const collect: Exercise = {
  name: 'collect',
  source: 'document 001, exercise 1.3',
  transport: 'tcp',
  conventions: CHUNK,
  checks: () => checks,
  isServed: exchange,
};
