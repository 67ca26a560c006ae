/**
 * Document 002, task 5.3: tic-tac-toe for two. The text names four messages: `Welcome <name>`,
 * `init@<gameid>` with both names, a request to move, and `GameEnd`. A move is a field from 1 to 9.
 */
import { LINE, filled, say } from './conventions.js';
import type { Check, Context, Conventions, Exercise } from '../check.js';
import type { StreamClient } from '../stream-client.js';
import { advice, check, HINTS, restartOnPort } from './common.js';

/** Several games, or one with many moves. Each wait is still bounded. */
const LONG_GAME_MS = 10_000;

interface Player {
  readonly name: string;
  readonly client: StreamClient;
}

async function enters(context: Context, base: string): Promise<Player> {
  const client = await context.connect();
  const name = context.uniqueName(base);
  say(client, filled(context.conventions.join, { name }), context.conventions);
  await client.inbox.hears(`Welcome ${name}`);
  return { name, client };
}

/** Two players whose game has begun. @returns the one that is to move first */
async function begins(context: Context): Promise<{ mover: Player; other: Player }> {
  const first = await enters(context, 'Ada');
  const second = await enters(context, 'Bob');
  for (const { client } of [first, second]) {
    await client.inbox.hears(/init\W?@/);
    for (const { name } of [first, second])
      if (!client.inbox.has(name)) await client.inbox.hears(name);
  }
  for (const { client } of [first, second]) await client.inbox.settles();
  // The one that is asked to move got more than the other.
  const isFirst = asked(first) >= asked(second);
  return isFirst ? { mover: first, other: second } : { mover: second, other: first };
}

function asked({ client }: Player): number {
  return client.inbox.unread.trim().length;
}

/** Makes these moves in turn; before each, the server asks its player. */
async function play(
  { mover, other }: { mover: Player; other: Player },
  fields: readonly number[],
  conventions: Conventions,
): Promise<void> {
  let [now, next] = [mover, other];
  for (const field of fields) {
    await now.client.inbox.hearsSomething('the request for a move');
    say(now.client, String(field), conventions);
    await now.client.inbox.settles();
    [now, next] = [next, now];
  }
}

async function ends({ client }: Player): Promise<string> {
  await client.inbox.hears('GameEnd');
  await client.inbox.settles();
  return client.inbox.unread;
}

const welcome = check(
  'a client that sends its name gets “Welcome” and the name',
  { hint: 'the first message of a client is its name' },
  async (context) => {
    await enters(context, 'Ada');
  },
);

const init = check(
  'two players get “init@”, a game id and both names',
  { hint: `${HINTS.thread}; the second player starts the game of both`, requires: [welcome] },
  async (context) => {
    await begins(context);
  },
);

const alone = check(
  'a game does not begin before there are two players',
  { hint: 'the first player waits; the second one begins the game', requires: [welcome] },
  async (context) => {
    const { client } = await enters(context, 'Ada');
    await client.waits(300);
    if (/init/.test(client.inbox.unread)) client.inbox.fail('got a game without an opponent');
  },
);

const win = check(
  'three in a row end the game for both players',
  { hint: 'after each move, look for a winner, and send GameEnd to both', requires: [init] },
  async (context) => {
    const game = await begins(context);
    await play(game, [1, 2, 5, 3, 9], context.conventions);
    await ends(game.mover);
    await ends(game.other);
  },
);

const draw = check(
  'nine moves without three in a row end the game too',
  {
    hint: 'a full board ends the game, even without a winner',
    requires: [init],
    limitMs: LONG_GAME_MS,
  },
  async (context) => {
    const game = await begins(context);
    await play(game, [1, 2, 3, 5, 4, 6, 8, 7, 9], context.conventions);
    await ends(game.mover);
    await ends(game.other);
  },
);

const early = check(
  'a game is not over before three in a row',
  { hint: 'compare the three fields of a row with each other', requires: [init] },
  async (context) => {
    const game = await begins(context);
    await play(game, [1, 2, 5, 3], context.conventions);
    for (const { client } of [game.mover, game.other])
      if (client.inbox.has('GameEnd')) client.inbox.fail('got GameEnd after four moves');
  },
);

const occupied = advice(
  'an occupied field is refused, and the player may move again',
  { hint: 'ask the same player until its field is free', requires: [win], limitMs: LONG_GAME_MS },
  async (context) => {
    const game = await begins(context);
    await play(game, [1], context.conventions);
    await game.other.client.inbox.hearsSomething('the request for a move');
    say(game.other.client, '1', context.conventions);
    await game.other.client.inbox.hearsSomething('a refusal');
    say(game.other.client, '2', context.conventions);
    await play(game, [5], context.conventions);
    await play({ mover: game.other, other: game.mover }, [3], context.conventions);
    await play(game, [9], context.conventions);
    await ends(game.mover);
    await ends(game.other);
  },
);

const forfeit = advice(
  'a player whose opponent has left gets “GameEnd”',
  { hint: 'recv() == b"" in a game is the end of the game', requires: [init] },
  async (context) => {
    const { mover, other } = await begins(context);
    mover.client.close();
    await ends(other);
  },
);

const games = advice(
  'two games go on at the same time',
  {
    hint: 'each pair of players has a board and a thread of its own',
    requires: [win],
    limitMs: LONG_GAME_MS,
  },
  async (context) => {
    const [one, two] = [await begins(context), await begins(context)];
    for (const game of [two, one]) {
      await play(game, [1, 2, 5, 3, 9], context.conventions);
      await ends(game.mover);
      await ends(game.other);
    }
  },
);

const checks: readonly Check[] = [
  welcome,
  alone,
  init,
  early,
  win,
  draw,
  occupied,
  forfeit,
  games,
  restartOnPort(
    async (client) => {
      client.send('Ada\n');
      await client.inbox.hears('Welcome');
    },
    [welcome],
  ),
];

export const tictactoe: Exercise = {
  name: 'tictactoe',
  source: 'document 002, task 5.3',
  transport: 'tcp',
  conventions: LINE,
  checks: () => checks,
  isServed: async (client, conventions) => {
    say(client, filled(conventions.join, { name: `Visitor${client.label}` }), conventions);
    await client.inbox.hears(`Welcome Visitor${client.label}`);
  },
};
