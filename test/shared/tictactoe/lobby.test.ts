import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Lobby } from '../../../src/shared/tictactoe/lobby.js';
import type { Player } from '../../../src/shared/tictactoe/player.js';
import { atEndOfTurn } from '../../../src/shared/turn.js';
import { FakeMember } from '../../support/fake-member.js';
import { markOf } from '../../support/tictactoe.js';

interface Seat {
  readonly player: Player;
  readonly member: FakeMember;
}

async function enter(lobby: Lobby, name?: string): Promise<Seat> {
  const member = new FakeMember();
  const player = lobby.enter(member);
  if (name !== undefined) {
    await player.handleLine(name);
    assert.equal(member.lines()[0], `Welcome ${name}`);
  }
  return { player, member };
}

/** Two players in a match, whose lines so far were read. */
async function pair(lobby: Lobby): Promise<{ x: Seat; o: Seat }> {
  const x = await enter(lobby, 'xenia');
  const o = await enter(lobby, 'otto');
  const [init] = x.member.lines();
  assert.match(init ?? '', /^init@\d+ xenia otto$/);
  return { x, o };
}

async function playOut(x: Seat, o: Seat, fields: readonly number[]): Promise<void> {
  for (const [move, field] of fields.entries()) {
    await (markOf(move) === 'X' ? x : o).player.handleLine(String(field));
  }
}

describe('the lobby', () => {
  it('delivers nothing to a client that sends nothing', async () => {
    const { player, member } = await enter(new Lobby());
    player.leave();
    assert.deepEqual(member.lines(), []);
  });

  it('pairs players in the order of their names, and numbers the matches', async () => {
    const lobby = new Lobby();
    const silent = await enter(lobby);
    const seats: Seat[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) seats.push(await enter(lobby, name));
    const [a, b, c, d, e] = seats.map(({ member }) => member.lines());
    assert.deepEqual(a, ['init@1 a b', '1 2 3', '4 5 6', '7 8 9', 'MOVE?']);
    assert.deepEqual(c, ['init@2 c d', '1 2 3', '4 5 6', '7 8 9', 'MOVE?']);
    assert.deepEqual([b, d, e], [[], [], []]);
    assert.deepEqual(silent.member.lines(), []);
  });

  it('announces the match to the second player directly after its welcome', async () => {
    const lobby = new Lobby();
    await enter(lobby, 'a');
    const member = new FakeMember();
    await lobby.enter(member).handleLine('b');
    assert.deepEqual(member.lines(), ['Welcome b', 'init@1 a b']);
  });

  it('removes a waiting player at once when it leaves, sends QUIT or is refused', async () => {
    for (const depart of [
      (player: Player) => player.leave(),
      (player: Player) => void player.handleLine('QUIT'),
      (player: Player) => void player.refuse('ERR line too long\n'),
    ]) {
      const lobby = new Lobby();
      const { player } = await enter(lobby, 'ghost');
      depart(player);
      const { member } = await enter(lobby, 'next');
      assert.deepEqual(member.lines(), []);
    }
  });

  it('lets the opponent win once when a player leaves in mid-match', async () => {
    const { x, o } = await pair(new Lobby());
    await x.player.handleLine('5');
    x.member.lines();
    o.member.lines();
    x.player.leave();
    x.player.leave();
    assert.deepEqual(o.member.lines(), ['GameEnd O wins by forfeit']);
    o.player.leave();
    o.player.leave();
    assert.deepEqual(o.member.lines(), []);
  });

  it('sends the opponent nothing when a player leaves after the match', async () => {
    const { x, o } = await pair(new Lobby());
    await playOut(x, o, [1, 4, 2, 5, 3]);
    assert.deepEqual(o.member.lines().slice(-2), ['MOVE X 3', 'GameEnd X wins']);
    x.player.leave();
    assert.deepEqual(o.member.lines(), []);
  });

  it('ignores a player that has gone', async () => {
    const lobby = new Lobby();
    const { player, member } = await enter(lobby, 'gone');
    player.leave();
    for (const line of ['5', 'AGAIN', 'name', 'QUIT']) await player.handleLine(line);
    assert.deepEqual(member.lines(), []);
    const next = await enter(lobby, 'next');
    assert.deepEqual(next.member.lines(), []);
  });

  it('pairs a player again only after AGAIN', async () => {
    const lobby = new Lobby();
    const { x, o } = await pair(lobby);
    await playOut(x, o, [1, 4, 2, 5, 3]);
    const other = await enter(lobby, 'other');
    assert.deepEqual(other.member.lines(), []);
    o.member.lines();
    await o.player.handleLine('AGAIN');
    assert.deepEqual(o.member.lines(), ['init@2 other otto']);
  });

  it('returns stop after QUIT only', async () => {
    const { x } = await pair(new Lobby());
    for (const line of ['1', '1', '', 'x'])
      assert.equal(await x.player.handleLine(line), undefined);
    assert.equal(await x.player.handleLine(' quit '), 'stop');
  });

  it('resolves a call when its deliveries have been sent', async () => {
    const { player } = await enter(new Lobby());
    for (const call of [
      () => player.handleLine('name'),
      () => player.handleLine('5'),
      () => player.refuse('ERR\n'),
    ]) {
      let out = false;
      atEndOfTurn(() => (out = true));
      await call();
      assert.ok(out);
    }
  });
});
