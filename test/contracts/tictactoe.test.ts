/**
 * tictactoe: whole games of two clients, byte for byte.
 *
 * Under iterative there is one client at a time, so no two clients ever play. The tests for that
 * model cover the welcome, the errors, and that a client that has gone gets no opponent.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { connectClient, type Client } from '../support/client.js';
import { coverThreads } from '../support/environment.js';
import { isConcurrent, limitsClients, underEveryModel } from '../support/models.js';
import { Random } from '../support/random.js';
import { sharedServer, startServer, type Cleanup, type RunningServer } from '../support/server.js';
import {
  expectInit,
  introduce,
  LINES,
  play,
  randomGame,
  resultOf,
  shown,
} from '../support/tictactoe.js';
import type { ModelName } from '../../src/serving/host.js';

coverThreads();

const MAX_LINE_BYTES = 4096;
const EMPTY = shown([]);

let pairs = 0;

/**
 * A client that no later test meets: the server has finished with it before the next test begins.
 * Returns also its connection's number in the log.
 */
async function enter(t: Cleanup, server: RunningServer) {
  const client = await connectClient(t, server);
  const { connection } = await server.logLine('accepted', {
    peer: `127.0.0.1:${client.localPort ?? 0}`,
  });
  const left = async () => {
    client.close();
    await server.logLine('closed', { connection });
  };
  t.after(left);
  return { client, left };
}

async function connectPlayer(t: Cleanup, server: RunningServer): Promise<Client> {
  return (await enter(t, server)).client;
}

/** Two players of a match that has just begun, with names that no other test uses. */
async function pair(t: Cleanup, server: RunningServer) {
  const number = ++pairs;
  const [x, o] = [await connectPlayer(t, server), await connectPlayer(t, server)];
  await introduce(x, `x${number}`);
  await introduce(o, `o${number}`);
  const id = await expectInit(x, o, `x${number} o${number}`);
  return { x, o, id };
}

/** All ways to leave. */
const departures: Readonly<Record<string, (client: Client) => void>> = {
  'says QUIT': (client) => client.send('QUIT\n'),
  'says quit': (client) => client.send('quit\r\n'),
  'closes its side': (client) => client.halfClose(),
  closes: (client) => client.close(),
  'breaks off': (client) => client.reset(),
  'sends a line that is too long': (client) => client.send('x'.repeat(MAX_LINE_BYTES + 1)),
};

/** The contract under every model: what concerns one client alone. */
function aloneContract(server: RunningServer): void {
  it('welcomes a client by its name, trimmed', async (t) => {
    const client = await connectPlayer(t, server);
    await client.exchange('  Žofie\t\r\n', 'Welcome Žofie\n');
    client.halfClose();
    await client.expectEnd();
  });

  for (const [what, name] of Object.entries({
    'no name': '',
    'a blank name': ' \t ',
    'a name of two words': 'Ada Lovelace',
    'a name that is too long': 'x'.repeat(33),
    'a control character': 'a\x07b',
    'an escape sequence': '\x1b[31mred',
    'a NUL': 'a\0b',
    'a right-to-left override': 'a\u202eb',
    'an isolate': 'a\u2066b',
    'a zero-width space': 'a\u200bb',
    'an invisible letter': 'a\u3164',
    'a line separator': 'a\u2028b',
    'a command': 'AGAIN',
  })) {
    it(`refuses ${what}, and accepts another name`, async (t) => {
      const client = await connectPlayer(t, server);
      client.send(`${name}\n`);
      assert.match(await client.readLine(), /^ERR ./);
      await introduce(client, 'x'.repeat(32));
    });
  }

  it('refuses a name that is not UTF-8', async (t) => {
    const client = await connectPlayer(t, server);
    client.send(Buffer.of(0x61, 0xff, 0x0a));
    await client.expect('ERR the name is not valid UTF-8\n');
  });

  it('answers a waiting player that there is no opponent yet', async (t) => {
    const client = await connectPlayer(t, server);
    await introduce(client, 'impatient');
    for (const line of ['5', 'AGAIN', '', 'hello?'])
      await client.exchange(`${line}\n`, 'ERR no opponent yet\n');
  });

  it('ends with QUIT, before the name and after it', async (t) => {
    for (const first of ['', 'Ada\n']) {
      const client = await connectPlayer(t, server);
      client.send(`${first}QUIT\n5\n`);
      if (first !== '') await client.expect('Welcome Ada\n');
      await client.expectEnd();
    }
  });

  it('refuses a line over 4,096 bytes after all that came before it, and closes', async (t) => {
    const client = await connectPlayer(t, server);
    client.send(`Ada\n5\n${'x'.repeat(MAX_LINE_BYTES + 1)}`);
    await client.expect('Welcome Ada\nERR no opponent yet\nERR line too long\n');
    await client.expectEnd();
  });
}

/** The contract where two clients are served at once. */
function togetherContract(server: RunningServer, model: ModelName): void {
  for (const line of LINES) {
    for (const winner of ['X', 'O'] as const) {
      it(`lets ${winner} win with ${line}`, async (t) => {
        const { x, o } = await pair(t, server);
        await play(x, o, wonWith(line, winner));
      });
    }
  }

  it('ends in a draw when the board is full', async (t) => {
    const { x, o } = await pair(t, server);
    await play(x, o, { fields: [1, 2, 3, 5, 4, 6, 8, 7, 9], result: 'draw' });
  });

  it('prefers a win with the last field to a draw', async (t) => {
    const { x, o } = await pair(t, server);
    await play(x, o, { fields: [1, 2, 3, 5, 4, 6, 8, 9, 7], result: 'X wins' });
  });

  it('accepts a move by row and column', async (t) => {
    const { x, o } = await pair(t, server);
    await x.expect(`${EMPTY}MOVE?\n`);
    x.send('2 3\r\n');
    for (const player of [x, o]) await player.expect('MOVE X 6\n');
    await o.expect(`${shown([6])}MOVE?\n`);
    o.send(' 3  1 \n');
    for (const player of [x, o]) await player.expect('MOVE O 7\n');
  });

  it('answers a bad move with an error, after which it is still that player’s turn', async (t) => {
    const { x, o } = await pair(t, server);
    await x.expect(`${EMPTY}MOVE?\n`);
    for (const line of [
      '0',
      '10',
      '-1',
      '',
      '1.5',
      'x',
      '1 4',
      '0 1',
      '1 2 3',
      '٣',
      '5\x07',
      'MOVE X 5',
      'AGAIN',
    ]) {
      x.send(`${line}\n`);
      assert.match(await x.readLine(), /^ERR a move is .*still your turn$/);
    }
    x.send(Buffer.of(0x35, 0xff, 0x0a));
    assert.match(await x.readLine(), /^ERR /);
    x.send('5\n');
    for (const player of [x, o]) await player.expect('MOVE X 5\n');
    await o.expect(`${shown([5])}MOVE?\n`);
    await o.exchange('5\n', 'ERR field 5 is occupied; still your turn\n');
    await o.exchange('2 2\n', 'ERR field 5 is occupied; still your turn\n');
    o.send('1\n');
    for (const player of [x, o]) await player.expect('MOVE O 1\n');
    await x.expect(`${shown([5, 1])}MOVE?\n`);
    await x.exchange('1\n', 'ERR field 1 is occupied; still your turn\n');
  });

  it('refuses moves out of turn, and sends the opponent nothing of them', async (t) => {
    const { x, o } = await pair(t, server);
    await o.exchange('5\n', 'ERR not your turn\n');
    await x.expect(`${EMPTY}MOVE?\n`);
    x.send('1\n5\n9\n');
    for (const player of [x, o]) await player.expect('MOVE X 1\n');
    await x.expect('ERR not your turn\nERR not your turn\n');
    await o.expect(`${shown([1])}MOVE?\n`);
    o.send('2\n');
    for (const player of [x, o]) await player.expect('MOVE O 2\n');
    await x.expect(`${shown([1, 2])}MOVE?\n`);
    o.expectNothingYet();
  });

  it('accepts lines byte by byte, and several in one segment', async (t) => {
    const [x, o] = [await connectPlayer(t, server), await connectPlayer(t, server)];
    await x.sendOneByOne('Ada\r\n');
    await x.expect('Welcome Ada\n');
    o.send('Bob\n');
    await o.expect('Welcome Bob\n');
    await expectInit(x, o, 'Ada Bob');
    await x.expect(`${EMPTY}MOVE?\n`);
    await x.sendOneByOne('1 1\r\n');
    for (const player of [x, o]) await player.expect('MOVE X 1\n');
  });

  for (const [how, depart] of Object.entries(departures)) {
    for (const leaver of ['x', 'o'] as const) {
      it(`lets the opponent win by forfeit when ${leaver.toUpperCase()} ${how}`, async (t) => {
        const { x, o } = await pair(t, server);
        await play(x, o, { fields: [5] });
        await o.expect(`${shown([5])}MOVE?\n`);
        const [gone, other, winner] = leaver === 'x' ? [x, o, 'O'] : [o, x, 'X'];
        depart(gone);
        await other.expect(`GameEnd ${winner} wins by forfeit\n`);
        await other.exchange('1\n', 'ERR the game is over: AGAIN or QUIT\n');
      });
    }

    it(`never pairs a player with a client that waited and ${how}`, async (t) => {
      const { client: ghost, left } = await enter(t, server);
      await introduce(ghost, 'ghost');
      depart(ghost);
      if (how.includes('too long')) await ghost.expect('ERR line too long\n');
      if (/quit|side|too long/i.test(how)) await ghost.expectEnd();
      await left();
      const { x, o } = await pair(t, server);
      await play(x, o, wonWith('159', 'O'));
    });
  }

  it('lets both play again after a forfeit only if they send AGAIN', async (t) => {
    const first = await pair(t, server);
    first.x.send('QUIT\n');
    await first.o.expect('GameEnd O wins by forfeit\n');
    const second = await pair(t, server);
    await play(second.x, second.o, wonWith('357', 'X'));
    first.o.expectNothingYet();
  });

  it('pairs the players again that send AGAIN, the first of them as X', async (t) => {
    const { x, o, id } = await pair(t, server);
    await play(x, o, wonWith('123', 'X'));
    o.send('again\n');
    await o.exchange('5\n', 'ERR no opponent yet\n');
    await x.exchange('5\n', 'ERR the game is over: AGAIN or QUIT\n');
    x.send('AGAIN\n');
    const number = pairs;
    const next = await expectInit(o, x, `o${number} x${number}`);
    assert.ok(next > id);
    await play(o, x, wonWith('258', 'O'));
    x.send('AGAIN\n');
    await x.exchange('AGAIN\n', 'ERR no opponent yet\n');
    const third = await connectPlayer(t, server);
    await introduce(third, 'third');
    await expectInit(x, third, `x${number} third`);
    await play(x, third, wonWith('369', 'X'));
    await o.exchange('1\n', 'ERR the game is over: AGAIN or QUIT\n');
  });

  it('refuses a name like the waiting player’s, and allows it otherwise', async (t) => {
    const [first, second] = [await connectPlayer(t, server), await connectPlayer(t, server)];
    await introduce(first, 'Anna');
    for (const name of ['Anna', 'anna', 'ANNA', 'Ａｎｎａ', '\u0410nna']) {
      second.send(`${name}\n`);
      assert.match(await second.readLine(), /^ERR .*taken/);
    }
    await introduce(second, 'Berta');
    await expectInit(first, second, 'Anna Berta');
    const third = await connectPlayer(t, server);
    await introduce(third, 'Anna');
    const fourth = await connectPlayer(t, server);
    await introduce(fourth, 'Clara');
    await expectInit(third, fourth, 'Anna Clara');
  });

  it('never pairs two players of one name, though both send AGAIN', async (t) => {
    const [a, b, c, d] = await Promise.all([1, 2, 3, 4].map(() => connectPlayer(t, server)));
    assert.ok(a && b && c && d);
    for (const [client, name] of [
      [a, 'Anna'],
      [b, 'Bob'],
      [c, 'anna'],
      [d, 'Dora'],
    ] as const) {
      await introduce(client, name);
    }
    await expectInit(a, b, 'Anna Bob');
    await expectInit(c, d, 'anna Dora');
    for (const [x, o] of [
      [a, b],
      [c, d],
    ] as const) {
      await play(x, o, wonWith('147', 'X'));
    }
    await a.exchange('AGAIN\n5\n', 'ERR no opponent yet\n');
    await c.exchange('AGAIN\n5\n', 'ERR no opponent yet\n');
    d.send('AGAIN\n');
    await expectInit(a, d, 'Anna Dora');
    b.send('AGAIN\n');
    await expectInit(c, b, 'anna Bob');
  });

  const many = limitsClients(model) ? 8 : 200;
  it(`plays ${many} separate games at once to their ends`, async (t) => {
    const crowded = await startServer(t, {
      service: 'tictactoe',
      model,
      threads: { most: 2 * many, warm: 2 * many },
    });
    const random = new Random(11);
    const games = await Promise.all(
      Array.from({ length: many }, async () => ({
        x: await connectClient(t, crowded),
        o: await connectClient(t, crowded),
        ...randomGame(random),
      })),
    );
    const ids = new Set<number>();
    for (const [number, { x, o }] of games.entries()) {
      await introduce(x, `x${number}`);
      await introduce(o, `o${number}`);
      ids.add(await expectInit(x, o, `x${number} o${number}`));
    }
    assert.equal(ids.size, many);
    await Promise.all(games.map((game) => play(game.x, game.o, game)));
    for (const { x, o } of games) for (const player of [x, o]) player.expectNothingYet();
  });
}

/**
 * A game in which the winner takes the fields of this line, and the loser others that form no line.
 */
function wonWith(line: string, winner: 'X' | 'O') {
  const winning = Array.from(line, Number);
  const rest = [1, 2, 3, 4, 5, 6, 7, 8, 9].filter((field) => !winning.includes(field));
  for (const others of choices(rest, winner === 'X' ? 2 : 3)) {
    const [first, second] = winner === 'X' ? [winning, others] : [others, winning];
    const fields = first.flatMap((field, move) => [field, ...second.slice(move, move + 1)]);
    const result = `${winner} wins`;
    if (resultOf(fields) === result) return { fields, result };
  }
  throw new Error(`no game is won with ${line} by ${winner}`);
}

function choices(fields: readonly number[], count: number): number[][] {
  if (count === 0) return [[]];
  return fields.flatMap((field, at) =>
    choices(fields.slice(at + 1), count - 1).map((others) => [field, ...others]),
  );
}

underEveryModel('tictactoe', (model) => {
  const server = sharedServer({ service: 'tictactoe', model, logLevel: 'info' });
  aloneContract(server);

  if (isConcurrent(model)) {
    togetherContract(server, model);
  } else {
    it('never has two clients at once: the next one waits in the queue, and gets no opponent', async (t) => {
      const first = await connectPlayer(t, server);
      await introduce(first, 'first');
      const second = await connectPlayer(t, server);
      second.send('second\n');
      await first.exchange('5\n', 'ERR no opponent yet\n');
      second.expectNothingYet();
      first.close();
      await second.expect('Welcome second\n');
      await second.exchange('5\n', 'ERR no opponent yet\n');
    });
  }
});

underEveryModel('tictactoe --framing chunk', (model) => {
  const server = sharedServer({
    service: 'tictactoe',
    model,
    logLevel: 'info',
    options: { framing: 'chunk' },
  });

  it('treats a chunk as a message, with or without a newline', async (t) => {
    const client = await connectPlayer(t, server);
    await client.exchange('Ada\nBob\n', 'ERR a name has no control or invisible characters\n');
    await client.exchange('Ada', 'Welcome Ada\n');
    await client.exchange('5\n', 'ERR no opponent yet\n');
  });

  it('refuses a chunk over 4,096 bytes and closes', async (t) => {
    const client = await connectPlayer(t, server);
    client.send('x'.repeat(MAX_LINE_BYTES + 1));
    await client.expect('ERR line too long\n');
    await client.expectEnd();
  });
});
