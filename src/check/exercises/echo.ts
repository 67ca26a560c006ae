/**
 * Document 003, the echo server. The document's own sends one message back and closes; a server
 * that goes on is right as well.
 */
import { CHUNK } from './conventions.js';
import type { Check, Exercise } from '../check.js';
import {
  advice,
  check,
  HINTS,
  nextClient,
  resettingClient,
  restartOnPort,
  silentLeaver,
  tenInTurn,
  type Exchange,
} from './common.js';

const LONG = Buffer.from('0123456789abcde\n'.repeat(4096));
/** More than the kernel keeps for a reader that does not read. */
const UNREAD = Buffer.alloc(6 * 1024 * 1024, LONG);

const exchange: Exchange = async (client) => {
  client.send('Hello, how are you?');
  await client.inbox.receives('Hello, how are you?');
};

const back = check(
  'a message comes back as it was sent',
  { hint: 'send back the bytes of recv(), without adding or removing any' },
  async ({ connect }) => {
    const client = await connect();
    await exchange(client);
    await client.inbox.hasNothingMore();
  },
);

const characters = check(
  'characters of several bytes come back',
  { hint: 'encode() and decode() with UTF-8, or do not decode at all', requires: [back] },
  async ({ connect }) => {
    const client = await connect();
    client.send('Grüße, 世界 😀');
    await client.inbox.receives('Grüße, 世界 😀');
  },
);

const halfClose = check(
  'a client that has closed its sending side still gets its answer',
  { hint: 'the end of the input is no reason to drop the answer', requires: [back] },
  async ({ connect }) => {
    const client = await connect();
    client.send('and that was all');
    client.halfClose();
    await client.inbox.receives('and that was all');
    await client.inbox.isClosed();
  },
);

const several = advice(
  'a client may send several messages on one connection',
  { hint: 'call recv() in a loop until it returns b""', requires: [back] },
  async ({ connect }) => {
    const client = await connect();
    for (const message of ['one', 'two', 'three']) {
      client.send(message);
      await client.inbox.receives(message);
    }
  },
);

const cut = advice(
  'a character cut between two packets survives',
  { hint: HINTS.decode, requires: [several] },
  async ({ connect }) => {
    const client = await connect();
    await client.sendBytewise('Grüße, 世界 😀');
    await client.inbox.receives('Grüße, 世界 😀');
  },
);

const long = advice(
  'a message of 64 KiB comes back whole',
  { hint: HINTS.recv, requires: [several] },
  async ({ connect }) => {
    const client = await connect();
    client.send(LONG);
    await client.inbox.receives(LONG);
  },
);

const slowReader = advice(
  'a client that reads late gets every byte',
  { hint: HINTS.send, requires: [several] },
  async ({ connect }) => {
    const client = await connect();
    client.pauseReading();
    client.send(UNREAD);
    await client.waits(300);
    client.resumeReading();
    const got = await client.inbox.receivesInAll(UNREAD.length, 'the echo');
    const wrong = got.findIndex((byte, at) => byte !== UNREAD[at]);
    if (wrong !== -1) client.inbox.fail('got a wrong byte', wrong);
  },
);

const checks: readonly Check[] = [
  back,
  characters,
  halfClose,
  nextClient(exchange, [back], check),
  silentLeaver(exchange, [back], check),
  tenInTurn(exchange, [back], check),
  resettingClient(exchange, [back], check, (client) => client.send('and away')),
  several,
  cut,
  long,
  slowReader,
  restartOnPort(exchange, [back]),
];

export const echo: Exercise = {
  name: 'echo',
  source: 'document 003, echo server',
  transport: 'tcp',
  conventions: CHUNK,
  checks: () => checks,
  isServed: exchange,
};
