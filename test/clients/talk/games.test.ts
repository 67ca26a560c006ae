/** The dialogues of hangman and tic-tac-toe, and their drawings. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gallows, HangmanDialogue } from '../../../src/clients/talk/hangman.js';
import { TicTacToeDialogue } from '../../../src/clients/talk/tictactoe.js';
import { Rehearsal } from '../../support/rehearsal.js';

describe("hangman's dialogue", () => {
  it('asks for a letter while the game continues, and for nothing when its end must follow', () => {
    const game = new Rehearsal(new HangmanDialogue());
    assert.deepEqual(game.begin(), ['send PLAY']);
    assert.deepEqual(game.hear('WORD 3'), ['ask']);
    assert.deepEqual(game.type('e'), ['send e']);
    assert.deepEqual(game.type('x'), [], 'not asked');
    assert.deepEqual(game.hear('AT 1 3', 'e _ e'), ['ask']);
    assert.deepEqual(game.type('e'), ['send e']);
    assert.deepEqual(game.hear('REPEATED e', 'e _ e'), ['ask']);
    assert.deepEqual(game.type('7'), ['send 7']);
    assert.deepEqual(game.hear('ERR no letter'), ['ask']);
    assert.deepEqual(game.type('a'), ['send a']);
    assert.deepEqual(game.hear('MISS 1', 'e _ e'), ['ask']);
    assert.deepEqual(game.type('y'), ['send y']);
    assert.deepEqual(game.hear('AT 2'), []);
    assert.equal(game.failure, 'the game was not played to its end');
    assert.deepEqual(game.hear('e y e', 'WON eye'), ['ask']);
    assert.equal(game.failure, undefined);
    assert.deepEqual(game.endInput(), ['send QUIT', 'leave']);
  });

  it('waits for LOST after the last miss, and plays again on request', () => {
    const game = new Rehearsal(new HangmanDialogue());
    game.begin();
    game.hear('WORD 3');
    game.type('a');
    assert.deepEqual(game.hear('MISS 0', '_ _ _'), []);
    assert.deepEqual(game.hear('LOST eye'), ['ask']);
    assert.equal(game.failure, undefined);
    assert.deepEqual(game.type('b'), ['ask'], 'a letter left over');
    assert.deepEqual(game.type('PLAY'), ['send PLAY']);
    assert.equal(game.failure, 'the game was not played to its end');
    assert.deepEqual(game.hear('WORD 3'), ['ask']);
    assert.deepEqual(game.type('eye'), ['send eye']);
    assert.deepEqual(game.hear('WON eye'), ['ask']);
    assert.deepEqual(game.type('n'), ['send QUIT', 'leave']);
  });

  it('lists the letters of this game that were tried', () => {
    const game = new Rehearsal(new HangmanDialogue());
    game.begin();
    game.hear('WORD 3');
    game.type('E');
    game.hear('AT 1 3', 'e _ e');
    game.type('x');
    game.hear('MISS 5', 'e _ e');
    assert.match(game.shown.at(-1) ?? '', /tried: e x/);
    game.type('eye');
    game.hear('WON eye');
    game.type('');
    game.hear('WORD 4');
    game.type('a');
    game.hear('AT 1', 'a _ _ _');
    assert.match(game.shown.at(-1) ?? '', /tried: a\n/);
  });

  it('draws the gallows in proportion to the misses', () => {
    assert.equal(gallows(0, 6).trim(), '');
    const full = [
      '    +---+',
      '    |   |',
      '    |   O',
      '    |  /|\\',
      '    |  / \\',
      '   ======',
    ].join('\n');
    assert.equal(gallows(6, 6), full);
    assert.equal(gallows(11, 11), full);
    assert.notEqual(gallows(10, 11), full);
  });
});

describe("tic-tac-toe's dialogue", () => {
  const ANN = { name: 'ann', mayAskAgain: false };
  const BOARD = ['1 2 3', '4 X 6', '7 8 O'];

  function start(init = 'init@7 ann bob'): Rehearsal {
    const game = new Rehearsal(new TicTacToeDialogue(ANN));
    assert.deepEqual(game.begin(), ['send ann']);
    assert.deepEqual(game.hear('Welcome ann'), []);
    assert.deepEqual(game.hear(init), []);
    return game;
  }

  it('moves when it is its turn, and only then', () => {
    const game = start();
    assert.deepEqual(game.hear(...BOARD, 'MOVE?'), ['ask']);
    assert.deepEqual(game.type('5'), ['send 5']);
    assert.deepEqual(game.type('6'), []);
    assert.deepEqual(game.hear('MOVE X 5'), []);
    assert.deepEqual(game.hear('MOVE O 9'), []);
    assert.deepEqual(game.hear(...BOARD, 'MOVE?'), ['ask']);
    assert.ok(game.shown.at(-1)?.includes(' 4 | X | 6\n---+---+---\n 7 | 8 | O'));
    assert.deepEqual(game.type('1 1'), ['send 1 1']);
    assert.deepEqual(game.hear('MOVE X 1', 'GameEnd X wins by forfeit'), ['ask']);
    assert.ok(game.shown.includes('You win: X wins by forfeit.'));
    assert.equal(game.failure, undefined);
    assert.deepEqual(game.endInput(), ['leave']);
    assert.equal(game.failure, undefined);
  });

  it('asks once more after a bad move, whether or not MOVE? is repeated', () => {
    const game = start();
    game.hear('MOVE?');
    assert.deepEqual(game.type('0'), ['send 0']);
    assert.deepEqual(game.hear('ERR a field is 1-9', ...BOARD, 'MOVE?'), ['ask']);
    assert.deepEqual(game.type('5'), ['send 5']);
    assert.deepEqual(game.hear('ERR occupied'), ['ask']);
    assert.deepEqual(game.type('6'), ['send 6']);
    assert.deepEqual(game.hear('MOVE?'), [], 'that of the error before');
    assert.deepEqual(game.hear('MOVE X 6'), []);
  });

  it('knows its side, and recognizes a draw', () => {
    const game = start('init@8 annabel ann');
    assert.ok(game.shown.includes('You play O against annabel, annabel begins.'));
    game.hear('MOVE X 1', 'GameEnd X wins');
    assert.ok(game.shown.includes('You lose: X wins.'));
    assert.deepEqual(game.type('4'), ['ask'], 'a move left over');
    assert.deepEqual(game.type('AGAIN'), ['send AGAIN']);
    game.hear('init@9 ann annabel', 'GameEnd draw');
    assert.ok(game.shown.includes('A draw.'));
  });

  it('leaves when the name is taken, or asks a user for another', () => {
    const script = new Rehearsal(new TicTacToeDialogue(ANN));
    script.begin();
    assert.deepEqual(script.hear('ERR this name is taken'), ['leave']);
    assert.equal(script.failure, 'this name is taken');
    const user = new Rehearsal(new TicTacToeDialogue({ name: undefined, mayAskAgain: true }));
    assert.deepEqual(user.begin(), ['ask']);
    assert.deepEqual(user.type('ann'), ['send ann']);
    assert.deepEqual(user.hear('ERR this name is taken'), ['ask']);
    assert.deepEqual(user.type('anna'), ['send anna']);
    assert.deepEqual(user.hear('Welcome anna'), []);
  });

  it('fails when it leaves before the end', () => {
    const game = start();
    game.hear('MOVE?');
    assert.deepEqual(game.endInput(), ['leave']);
    game.hear('GameEnd O wins by forfeit');
    assert.equal(game.failure, 'left before the end of the game');
  });

  it('fails when the server closes, whatever it refused before', () => {
    const game = start();
    game.hear('MOVE?');
    game.type('5');
    game.hear('ERR occupied');
    assert.equal(game.failure, 'the server closed the connection');
    const refused = new Rehearsal(new TicTacToeDialogue({ name: 'ann', mayAskAgain: true }));
    refused.begin();
    refused.hear('ERR server full');
    assert.equal(refused.failure, 'server full');
  });
});
