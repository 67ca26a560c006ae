/**
 * Tic-tac-toe with several clients that come, send and leave at random: each of them sees a correct
 * game, and both players of a match see the same one.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Lobby } from '../../src/shared/tictactoe/lobby.js';
import type { Player } from '../../src/shared/tictactoe/player.js';
import { FakeMember } from '../support/fake-member.js';
import { markOf, resultOf } from '../support/tictactoe.js';
import { BOUND_MS, runs } from './arbitraries.js';

const CLIENTS = 5;
const RUNS = 150;

interface Step {
  readonly client: number;
  readonly says: string;
}

const LEAVES = '(leaves)';

const steps = fc.array(
  fc.record({
    client: fc.nat(CLIENTS - 1),
    says: fc.oneof(
      { weight: 12, arbitrary: fc.integer({ min: 1, max: 9 }).map(String) },
      { weight: 1, arbitrary: fc.tuple(fc.nat(4), fc.nat(4)).map((place) => place.join(' ')) },
      { weight: 3, arbitrary: fc.constantFrom('Ada', 'Bob', 'Carl', 'ada') },
      { weight: 2, arbitrary: fc.constant('AGAIN') },
      { weight: 1, arbitrary: fc.constantFrom(LEAVES, 'QUIT', '', 'nonsense') },
    ),
  }),
  { maxLength: 250, size: 'max' },
);

/** A match as one of its players saw it. */
interface Account {
  readonly names: string;
  readonly fields: number[];
  result: string | undefined;
  /** The number of times that this player was asked for a move. */
  asked: number;
}

/** Checks the lines that one client was sent, and collects its matches by their ids. */
function accountsOf(lines: readonly string[]): Map<number, Account> {
  const accounts = new Map<number, Account>();
  let current: Account | undefined;
  for (const line of lines) {
    const [, id, names] = /^init@(\d+) (\S+ \S+)$/.exec(line) ?? [];
    const [, mark, field] = /^MOVE ([XO]) ([1-9])$/.exec(line) ?? [];
    const [, result] = /^GameEnd (.+)$/.exec(line) ?? [];
    if (id !== undefined && names !== undefined) {
      assert.ok(!current && !accounts.has(Number(id)), line);
      current = { names, fields: [], result: undefined, asked: 0 };
      accounts.set(Number(id), current);
    } else if (field !== undefined) {
      assert.ok(current && !current.fields.includes(Number(field)), line);
      assert.equal(mark, markOf(current.fields.length), line);
      assert.equal(resultOf(current.fields), undefined, 'no move follows the end');
      current.fields.push(Number(field));
    } else if (result !== undefined) {
      assert.ok(current, line);
      current.result = result;
      if (!result.endsWith(' by forfeit')) assert.equal(result, resultOf(current.fields));
      current = undefined;
    } else if (line === 'MOVE?') {
      assert.ok(current);
      current.asked++;
    } else assert.match(line, /^(Welcome \S+|ERR .+|([XO1-9] ){2}[XO1-9])$/);
  }
  return accounts;
}

/** The player that moved was the one whose turn it was, by the lines that it had been sent. */
function checkMover(saidBy: readonly string[], news: readonly string[]): void {
  const [, mark] =
    news.map((line) => /^MOVE ([XO]) /.exec(line)).find((found) => found !== null) ?? [];
  if (mark === undefined) return;
  const name = saidBy.find((line) => line.startsWith('Welcome '))?.slice('Welcome '.length);
  const init = saidBy.findLast((line) => line.startsWith('init@'));
  assert.equal(
    init?.split(' ')[mark === 'X' ? 1 : 2],
    name,
    `${mark} was moved by ${name ?? 'no player'}`,
  );
}

/** The lines that all clients were sent, including those that have left. */
async function told(script: readonly Step[]): Promise<Map<number, Account>[]> {
  const lobby = new Lobby();
  const seats: ({ player: Player; member: FakeMember } | undefined)[] = [];
  const heard = new Map<FakeMember, string[]>();
  for (const { client, says } of script) {
    const member = seats[client]?.member ?? new FakeMember();
    const seat = (seats[client] ??= { member, player: lobby.enter(member) });
    const own = heard.get(member) ?? [];
    heard.set(member, own);
    const stops = says === LEAVES || (await seat.player.handleLine(says)) === 'stop';
    if (stops) {
      seat.player.leave();
      seats[client] = undefined;
    }
    for (const [member, lines] of heard) {
      const news = member.lines();
      checkMover(own, news);
      lines.push(...news);
    }
  }
  return [...heard.values()].map(accountsOf);
}

describe('tic-tac-toe among clients that act at random', () => {
  it(
    'shows both players of a match the same game, which is a correct one',
    { timeout: BOUND_MS },
    async () => {
      const ends = new Set<string>();
      const property = fc.asyncProperty(steps, async (script) => {
        const all = await told(script);
        const ids = new Set(all.flatMap((accounts) => [...accounts.keys()]));
        for (const id of ids) {
          const both = all.flatMap((accounts) => accounts.get(id) ?? []);
          const [one, other] = both;
          assert.ok(one && other && both.length === 2, `match ${id} has two players`);
          assert.deepEqual(
            [one.names, one.fields, one.result],
            [other.names, other.fields, other.result],
          );
          const [x, o] = one.names.toLowerCase().split(' ');
          assert.notEqual(x, o);
          const moves = one.fields.length;
          const over = resultOf(one.fields) !== undefined;
          assert.equal(
            one.asked + other.asked,
            over ? moves : moves + 1,
            'each move was asked for once',
          );
          if (over) assert.equal(one.result, resultOf(one.fields));
          ends.add(one.result ?? 'unfinished');
        }
      });
      await fc.assert(property, runs(RUNS));
      assert.ok(ends.size > 1, [...ends].join());
    },
  );
});
