/**
 * Document 000, exercise 1.1: the server accepts a connection of a single client, receives
 * messages, capitalizes them and sends them back. So it may end with its client.
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
  type Exchange,
} from './common.js';

const LONG = 'the quick brown fox jumps over the lazy dog; '.repeat(1000);

const exchange: Exchange = async (client) => {
  client.send('hello, how are you?');
  await client.inbox.receives('HELLO, HOW ARE YOU?');
};

const back = check(
  'a message comes back in capitals',
  { hint: 'upper() changes all letters; capitalize() changes only the first' },
  async ({ connect }) => {
    const client = await connect();
    await exchange(client);
    await client.inbox.hasNothingMore();
  },
);

const several = check(
  'a client may send several messages on one connection',
  { hint: 'call recv() in a loop until it returns b""', requires: [back] },
  async ({ connect }) => {
    const client = await connect();
    for (const message of ['one', 'two, three', 'FOUR']) {
      client.send(message);
      await client.inbox.receives(message.toUpperCase());
    }
  },
);

const others = check(
  'letters outside ASCII are capitalized too',
  { hint: 'decode() the bytes before upper(): bytes.upper() knows only ASCII', requires: [back] },
  async ({ connect }) => {
    const client = await connect();
    client.send('grüne äpfel, жизнь');
    await client.inbox.receives('GRÜNE ÄPFEL, ЖИЗНЬ');
  },
);

const cut = check(
  'a character cut between two packets survives',
  { hint: HINTS.decode, requires: [others] },
  async ({ connect }) => {
    const client = await connect();
    await client.sendBytewise('grüne äpfel');
    await client.inbox.receives('GRÜNE ÄPFEL');
  },
);

const together = check(
  'several messages in one packet are all answered',
  { hint: HINTS.recv, requires: [several] },
  async ({ connect }) => {
    const client = await connect();
    client.send('one\ntwo\nthree\n');
    await client.inbox.receives('ONE\nTWO\nTHREE\n');
  },
);

const long = check(
  'a long message comes back whole',
  { hint: HINTS.recv, requires: [several] },
  async ({ connect }) => {
    const client = await connect();
    client.send(LONG);
    await client.inbox.receives(LONG.toUpperCase());
  },
);

const halfClose = check(
  'a client that has closed its sending side still gets its answer, then the end',
  { hint: 'recv() == b"" is the end: leave the loop and close the connection', requires: [back] },
  async ({ connect }) => {
    const client = await connect();
    client.send('and that was all');
    client.halfClose();
    await client.inbox.receives('AND THAT WAS ALL');
    await client.inbox.isClosed();
  },
);

const checks: readonly Check[] = [
  back,
  several,
  others,
  cut,
  together,
  long,
  halfClose,
  nextClient(exchange, [back], advice),
  silentLeaver(exchange, [back], advice),
  resettingClient(exchange, [back], advice, exchange),
  restartOnPort(exchange, [back]),
];

export const capitalize: Exercise = {
  name: 'capitalize',
  source: 'document 000, exercise 1.1',
  transport: 'tcp',
  conventions: CHUNK,
  checks: () => checks,
  isServed: exchange,
};
