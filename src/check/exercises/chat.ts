/**
 * Document 000, exercise 1.2: the chat-room. The server greets a client and asks for its
 * identification, welcomes it, informs the others, and broadcasts what it says to all but itself.
 *
 * What the texts of the server say is free. With `--framing line`, messages must also survive how
 * TCP cuts them; without it, the exercise says nothing of where a message ends.
 */
import { CHUNK, filled, say } from './conventions.js';
import type { Check, Context, Conventions, Exercise } from '../check.js';
import type { StreamClient } from '../stream-client.js';
import { advice, check, CONSEQUENCE_MS, HINTS, restartOnPort } from './common.js';

const MANY = 10;
/** Longer than one recv(1024). */
const LONG = 'All work and no play makes Jack a dull boy; '.repeat(60);
/** In all more than the kernel keeps for a client that does not read: 4 MB. */
const FLOOD_LINES = 1400;
const FLOOD_LINE = 'flood '.repeat(500);

/** Answers the greeting with an identification and reads the welcome. */
async function join(client: StreamClient, name: string, conventions: Conventions): Promise<void> {
  await client.inbox.hearsSomething('a greeting');
  say(client, filled(conventions.join, { name }), conventions);
  await client.inbox.hearsSomething('a welcome message');
}

async function newcomer(context: Context, name: string): Promise<StreamClient> {
  const client = await context.connect();
  await join(client, context.uniqueName(name), context.conventions);
  return client;
}

const NAMES = ['alice', 'bob', 'carol'];

/** So many clients that have joined, and have read what was said meanwhile. */
async function members(context: Context, count: number): Promise<StreamClient[]> {
  const all: StreamClient[] = [];
  for (let member = 0; member < count; member++) {
    all.push(await newcomer(context, NAMES[member] ?? 'guest'));
  }
  for (const client of all) await client.inbox.settles();
  return all;
}

/** Two or three members, by position: a destructured array has no certain elements. */
async function three(context: Context): Promise<[StreamClient, StreamClient, StreamClient]> {
  const [a, b, c] = await members(context, 3);
  if (a === undefined || b === undefined || c === undefined)
    throw new Error('three were asked for');
  return [a, b, c];
}

const greeting = check(
  'the server greets a client and asks for its identification',
  { hint: 'send the greeting and the question before the first recv()' },
  async ({ connect }) => {
    const client = await connect();
    await client.inbox.hearsSomething('a greeting and the question for an identification');
  },
);

const welcome = check(
  'a client that has sent its identification gets a welcome message',
  { hint: 'handle_clients begins with a message to its own client', requires: [greeting] },
  async (context) => {
    await newcomer(context, 'alice');
  },
);

const together = check(
  'two clients are served at the same time',
  { hint: HINTS.thread, requires: [welcome] },
  async (context) => {
    await members(context, 2);
  },
);

const informed = check(
  'the others are informed of a newcomer',
  {
    hint: 'broadcast the information about a new client after it is in the dictionary',
    requires: [together],
  },
  async (context) => {
    const [alice] = await members(context, 1);
    await newcomer(context, 'bob');
    await alice?.inbox.hearsSomething('information about the newcomer');
  },
);

const broadcast = check(
  'a message reaches everyone but its sender',
  {
    hint: 'broadcast(msg, cid) goes through the dictionary and leaves out the entry of cid',
    requires: [together],
  },
  async (context) => {
    const [alice, bob, carol] = await three(context);
    const since = alice.inbox.length;
    say(alice, 'apple pie', context.conventions);
    await bob.inbox.hears('apple pie');
    await carol.inbox.hears('apple pie');
    // What comes after it proves that it does not come.
    say(bob, 'green tea', context.conventions);
    await alice.inbox.hears('green tea');
    alice.inbox.hasNotHeard('apple pie', since, 'its own message came back to its sender');
  },
);

const loop = check(
  'a client may send several messages, and all arrive in their order',
  { hint: 'read the messages in a loop; only its end ends the thread', requires: [broadcast] },
  async (context) => {
    const [alice, bob] = await three(context);
    for (const message of ['number one', 'number two', 'number three']) {
      say(alice, message, context.conventions);
      await bob.inbox.hears(message);
    }
  },
);

const nameless = check(
  'a client that leaves at the question for its identification disturbs no one',
  {
    hint: 'an empty identification starts no thread, and must not end the loop that accepts',
    requires: [broadcast],
  },
  async (context) => {
    const [alice, bob] = await three(context);
    const shy = await context.connect();
    await shy.inbox.hearsSomething('a greeting');
    shy.close();
    await shy.waits(CONSEQUENCE_MS);
    await newcomer(context, 'dave');
    say(alice, 'apple pie', context.conventions);
    await bob.inbox.hears('apple pie');
  },
);

const leaves = check(
  'the others go on when a client leaves',
  { hint: HINTS.broadcast, requires: [broadcast] },
  async (context) => goesOnWithout(context, (carol) => carol.close()),
);

const resets = check(
  'the others go on when a client resets its connection',
  { hint: HINTS.broadcast, requires: [broadcast] },
  async (context) => goesOnWithout(context, (carol) => carol.reset()),
);

/** The client that leaves is neither first nor last, where a loop over the clients would end. */
async function goesOnWithout(
  context: Context,
  leave: (client: StreamClient) => void,
): Promise<void> {
  const [alice, carol, bob] = await three(context);
  leave(carol);
  await carol.waits(CONSEQUENCE_MS);
  // A first send to a client that has left succeeds; the next ones fail.
  for (const message of ['apple pie', 'green tea', 'black coffee']) {
    say(alice, message, context.conventions);
    await bob.inbox.hears(message);
    say(bob, `${message} too`, context.conventions);
    await alice.inbox.hears(`${message} too`);
  }
  await newcomer(context, 'dave');
}

const many = check(
  `${MANY} clients chat at the same time`,
  { hint: HINTS.thread, requires: [broadcast] },
  async (context) => {
    const all = await members(context, MANY);
    const [first, ...others] = all;
    if (first === undefined) return;
    say(first, 'apple pie', context.conventions);
    for (const other of others) await other.inbox.hears('apple pie');
  },
);

/** These three need a framing: without one, a server may write a name before each piece. */
const cut = (kind: typeof check) =>
  kind(
    'a character cut between two packets survives',
    { hint: HINTS.decode, requires: [broadcast] },
    async (context) => {
      const [alice, bob] = await three(context);
      await alice.sendBytewise('grüne Äpfel, 世界 😀\n');
      await bob.inbox.hears('grüne Äpfel, 世界 😀');
    },
  );

const glued = (kind: typeof check) =>
  kind(
    'several messages in one packet are several messages',
    { hint: HINTS.recv, requires: [broadcast] },
    async (context) => {
      const [alice, bob] = await three(context);
      alice.send('number one\nnumber two\nnum');
      await alice.waits(CONSEQUENCE_MS);
      alice.send('ber three\n');
      for (const message of ['number one\n', 'number two\n', 'number three\n'])
        await bob.inbox.hears(message);
    },
  );

const long = (kind: typeof check) =>
  kind(
    'a long message arrives whole',
    { hint: HINTS.recv, requires: [broadcast] },
    async (context) => {
      const [alice, bob] = await three(context);
      alice.send(`${LONG}\n`);
      await bob.inbox.hears(LONG);
    },
  );

const silentNewcomer = advice(
  'a client that does not answer the question holds up no one',
  {
    hint: 'ask for the identification in the thread of the client, not in the loop that accepts',
    requires: [broadcast],
  },
  async (context) => {
    const [alice, bob] = await three(context);
    const silent = await context.connect();
    await silent.inbox.hearsSomething('a greeting');
    await newcomer(context, 'dave');
    say(alice, 'apple pie', context.conventions);
    await bob.inbox.hears('apple pie');
  },
);

const slowReader = advice(
  'a client that does not read holds up no one',
  {
    hint: 'sendall() to a client that does not read blocks: give each client a queue, or a timeout',
    requires: [broadcast],
  },
  async (context) => {
    const [alice, slow, bob] = await three(context);
    slow.pauseReading();
    const flood = `${FLOOD_LINE}\n`.repeat(FLOOD_LINES / 10);
    for (let part = 0; part < 10; part++) {
      alice.send(flood);
      await alice.flushed();
    }
    say(alice, 'the end', context.conventions);
    await bob.inbox.hears('the end');
  },
);

function checks({ framing }: Conventions): readonly Check[] {
  const kind = framing === 'line' ? check : advice;
  return [
    greeting,
    welcome,
    together,
    informed,
    broadcast,
    loop,
    nameless,
    leaves,
    resets,
    many,
    cut(kind),
    glued(kind),
    long(kind),
    silentNewcomer,
    slowReader,
    restartOnPort(greeted, [welcome]),
  ];
}

const greeted = async (client: StreamClient) => {
  await client.inbox.hearsSomething('a greeting');
};

export const chat: Exercise = {
  name: 'chat',
  source: 'document 000, exercise 1.2',
  transport: 'tcp',
  conventions: CHUNK,
  checks,
  isServed: async (client, conventions) => {
    await join(client, `visitor${client.label}`, conventions);
  },
};
