/**
 * Document 004: the chat whose server says `Hii`. Everyone gets every message, its sender included,
 * as it came. A client that leaves is announced by its nickname.
 */
import { CHUNK } from './conventions.js';
import type { Check, Context, Exercise } from '../check.js';
import type { StreamClient } from '../stream-client.js';
import { advice, check, CONSEQUENCE_MS, HINTS, restartOnPort } from './common.js';

const MANY = 10;

interface Member {
  readonly nickname: string;
  readonly client: StreamClient;
}

const asked = (client: StreamClient) => client.inbox.receives('Hii');

/** The server tells the newcomer that it is connected, or that it has joined, or both. */
async function join(context: Context, name: string): Promise<Member> {
  const client = await context.connect();
  const nickname = context.uniqueName(name);
  await asked(client);
  client.send(nickname);
  await client.inbox.hearsSomething('the announcement of its arrival');
  return { nickname, client };
}

async function three(context: Context): Promise<[Member, Member, Member]> {
  const all: [Member, Member, Member] = [
    await join(context, 'alice'),
    await join(context, 'bob'),
    await join(context, 'carol'),
  ];
  for (const { client } of all) await client.inbox.settles();
  return all;
}

async function says({ client }: Member, text: string, others: readonly Member[]): Promise<void> {
  client.send(text);
  for (const other of others) await other.client.inbox.hears(text);
}

const hii = check(
  'the server sends “Hii” to a new client, and nothing else',
  { hint: 'client.send("Hii".encode("ascii")) comes directly after accept()' },
  async ({ connect }) => {
    const client = await connect();
    await asked(client);
    await client.inbox.hasNothingMore();
  },
);

const joins = check(
  'the first message is the nickname, and the arrival is announced',
  {
    hint: 'after recv(), append client and nickname to their lists, then broadcast',
    requires: [hii],
  },
  async (context) => {
    await join(context, 'alice');
  },
);

const together = check(
  'two clients are served at the same time',
  { hint: HINTS.thread, requires: [joins] },
  async (context) => {
    await join(context, 'alice');
    await join(context, 'bob');
  },
);

const announced = check(
  'the others are told the nickname of a newcomer',
  { hint: 'the broadcast of an arrival has the nickname in it', requires: [together] },
  async (context) => {
    const alice = await join(context, 'alice');
    const bob = await join(context, 'bob');
    await alice.client.inbox.hears(bob.nickname);
  },
);

const everyone = check(
  'a message reaches everyone, its sender included',
  { hint: 'broadcast() sends to each client of the list, without exception', requires: [together] },
  async (context) => {
    const all = await three(context);
    await says(all[0], 'alice: apple pie', all);
  },
);

const unchanged = check(
  'a message arrives as it was sent, with nothing added',
  {
    hint: 'the clients put the nickname in front themselves: broadcast what recv() returned',
    requires: [everyone],
  },
  async (context) => {
    const [alice, bob] = await three(context);
    await bob.client.inbox.hearsSomething('the arrival of others');
    alice.client.send('alice: green tea');
    await bob.client.inbox.receives('alice: green tea');
    await bob.client.inbox.hasNothingMore();
  },
);

const loop = check(
  'a client may send several messages, and all arrive in their order',
  { hint: 'the while loop goes on until there is an error', requires: [everyone] },
  async (context) => {
    const all = await three(context);
    for (const text of ['number one', 'number two', 'number three']) await says(all[0], text, all);
  },
);

const left = (verb: string, leave: (client: StreamClient) => void) =>
  check(
    `when a client ${verb}, the others are told its nickname and go on`,
    { hint: HINTS.broadcast, requires: [everyone] },
    async (context) => {
      const [alice, bob, carol] = await three(context);
      const told = [alice, carol].map(({ client }) => client.inbox.count(bob.nickname));
      leave(bob.client);
      await bob.client.waits(CONSEQUENCE_MS);
      for (const text of ['apple pie', 'green tea', 'black coffee'])
        await says(alice, text, [alice, carol]);
      for (const [index, { client }] of [alice, carol].entries()) {
        if (client.inbox.count(bob.nickname) === told[index])
          client.inbox.fail(`was not told that ${bob.nickname} has left`);
      }
      await join(context, 'dave');
    },
  );

const many = check(
  `${MANY} clients chat at the same time`,
  { hint: HINTS.thread, requires: [everyone] },
  async (context) => {
    const all = [];
    while (all.length < MANY) all.push(await join(context, 'guest'));
    const [first] = all;
    if (first !== undefined) await says(first, 'apple pie', all);
  },
);

const cut = advice(
  'a character cut between two packets survives',
  { hint: HINTS.decode, requires: [everyone] },
  async (context) => {
    const [alice, bob] = await three(context);
    await alice.client.sendBytewise('grüne Äpfel, 世界');
    await bob.client.inbox.hears('grüne Äpfel, 世界');
  },
);

const silent = advice(
  'a client that does not tell its nickname holds up no one',
  { hint: 'receive the nickname in the thread of the client', requires: [everyone] },
  async (context) => {
    const all = await three(context);
    await asked(await context.connect());
    await join(context, 'dave');
    await says(all[0], 'apple pie', all);
  },
);

const checks: readonly Check[] = [
  hii,
  joins,
  together,
  announced,
  everyone,
  unchanged,
  loop,
  left('leaves', (client) => client.close()),
  left('resets its connection', (client) => client.reset()),
  many,
  cut,
  silent,
  restartOnPort(asked, [hii]),
];

export const chatHii: Exercise = {
  name: 'chat-hii',
  source: 'document 004',
  transport: 'tcp',
  conventions: CHUNK,
  checks: () => checks,
  isServed: async (client) => {
    await asked(client);
    client.send(`visitor${client.label}`);
    await client.inbox.hearsSomething('the announcement of its arrival');
  },
};
