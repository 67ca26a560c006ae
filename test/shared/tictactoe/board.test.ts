import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Board, parseField } from '../../../src/shared/tictactoe/board.js';
import { markOf, resultOf, shown } from '../../support/tictactoe.js';

function boardAfter(fields: readonly number[]): Board {
  const board = new Board();
  for (const [move, field] of fields.entries()) assert.ok(board.place(field, markOf(move)));
  return board;
}

describe('the board', () => {
  it('finds the end and the winner of every possible game', () => {
    let games = 0;
    const playOn = (fields: number[]) => {
      const board = boardAfter(fields);
      const result = board.winner ? `${board.winner} wins` : board.isFull ? 'draw' : undefined;
      assert.equal(result, resultOf(fields), fields.join());
      if (result !== undefined) games++;
      else
        for (let field = 1; field <= 9; field++)
          if (!fields.includes(field)) playOn([...fields, field]);
    };
    // By symmetry: a first move into a corner, into a side, and into the middle.
    for (const first of [1, 2, 5]) playOn([first]);
    // Four corners, four sides, one middle: 4 × 29,592 + 4 × 27,732 + 25,872 is the well-known
    // 255,168.
    assert.equal(games, 29_592 + 27_732 + 25_872);
  });

  it('refuses an occupied field, whichever mark is on it, and does not change', () => {
    const board = boardAfter([5]);
    for (const mark of ['X', 'O'] as const) assert.equal(board.place(5, mark), false);
    assert.equal(board.toString(), '1 2 3\n4 X 6\n7 8 9');
  });

  it('prints as three lines, with the numbers of free fields', () => {
    assert.equal(new Board().toString(), '1 2 3\n4 5 6\n7 8 9');
    assert.equal(`${boardAfter([1, 9, 5]).toString()}\n`, shown([1, 9, 5]));
  });
});

describe('a move', () => {
  it('is a field', () => {
    for (let field = 1; field <= 9; field++) assert.equal(parseField(String(field)), field);
  });

  it('is a row and a column', () => {
    const places = ['1 1', '1 2', '1  3', '2 1', '2\t2', '2 3', '3 1', '3 2', '3 3'];
    assert.deepEqual(places.map(parseField), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('is nothing else', () => {
    for (const message of [
      '',
      '0',
      '10',
      '11',
      '05',
      '-1',
      '1.0',
      '1 0',
      '4 1',
      '1 4',
      '1 1 1',
      'a',
      '1 1 ',
    ]) {
      assert.equal(parseField(message), undefined, JSON.stringify(message));
    }
  });
});
