/**
 * Document 002, "Processing Client Requests": each message is a format of strftime, the answer is
 * the present time in it. The document's own serves a single client.
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

/** The server may be in another time zone. */
const DAY_MS = 86_400_000;

const exchange: Exchange = async (client) => {
  client.send('today');
  await client.inbox.receives('today');
};

const formats = check(
  'a format is answered by the date in it',
  { hint: 'datetime.now().strftime(format), with the format that the client sent' },
  async ({ connect }) => {
    const client = await connect();
    client.send('%Y-%m-%d');
    const got = await client.inbox.hears(/^\d{4}-\d\d-\d\d/);
    await client.inbox.hasNothingMore();
    if (!(Math.abs(Date.parse(got) - Date.now()) < 2 * DAY_MS))
      client.inbox.fail(`got ${got}, which is not today`, 0);
  },
);

const several = check(
  'a client may send several formats on one connection',
  { hint: 'call recv() in a loop until it returns b""', requires: [formats] },
  async ({ connect }) => {
    const client = await connect();
    for (const [format, answer] of [
      ['%H:%M:%S', /^\d\d:\d\d:\d\d/],
      ['%d.%m.%y', /^\d\d\.\d\d\.\d\d/],
      ['%j', /^\d{3}/],
    ] as const) {
      client.send(format);
      await client.inbox.hears(answer);
      await client.inbox.hasNothingMore();
    }
  },
);

const text = check(
  'what is not a directive comes back as it is',
  { hint: 'the whole text is the format', requires: [formats] },
  async ({ connect }) => {
    const client = await connect();
    client.send('it is day %d of 31, 100 %%');
    await client.inbox.hears(/^it is day \d\d of 31, 100 %/);
  },
);

const end = check(
  'the server closes the connection after the client’s end',
  { hint: 'recv() returns b"" at the end: leave the loop, then conn.close()', requires: [formats] },
  async ({ connect }) => {
    const client = await connect();
    await exchange(client);
    client.halfClose();
    await client.inbox.isClosed();
  },
);

const cut = advice(
  'a character cut between two packets survives',
  { hint: HINTS.decode, requires: [several] },
  async ({ connect }) => {
    const client = await connect();
    await client.sendBytewise('Grüße, 世界');
    await client.inbox.receives('Grüße, 世界');
  },
);

const checks: readonly Check[] = [
  formats,
  several,
  text,
  end,
  nextClient(exchange, [formats], advice),
  silentLeaver(exchange, [formats], advice),
  resettingClient(exchange, [formats], advice, exchange),
  cut,
  restartOnPort(exchange, [formats]),
];

export const date: Exercise = {
  name: 'date',
  source: 'document 002, “Processing Client Requests”',
  transport: 'tcp',
  conventions: CHUNK,
  checks: () => checks,
  isServed: exchange,
};
