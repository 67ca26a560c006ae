/** The rules of hangman as scripted games: the client's messages and the replies. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LIVES, play, type Game } from '../../../src/services/games/hangman.js';
import { WORDS } from '../../../src/services/games/words.js';
import { runs } from '../../properties/arbitraries.js';
import { lose, win } from '../../support/hangman.js';

/** Asserts the reply to each message, from the first on; the n-th game has the n-th word. */
function script(
  words: readonly string[],
  moves: readonly (readonly [message: string, reply: string])[],
): void {
  let game: Game | undefined;
  let games = 0;
  for (const [message, reply] of moves) {
    const turn = play(game, message, () => words[games++] ?? assert.fail('no word left'));
    assert.equal(turn.reply, reply, `to ${JSON.stringify(message)}`);
    game = turn.game;
  }
}

describe('a game of hangman', () => {
  it('sends the length, then the positions of each letter and the whole pattern, then the win', () => {
    script(
      ['banana'],
      [
        ['PLAY', 'WORD 6\n'],
        ['a', 'AT 2 4 6\n_ a _ a _ a\n'],
        ['n', 'AT 3 5\n_ a n a n a\n'],
        ['x', 'MISS 7\n_ a n a n a\n'],
        ['b', 'AT 1\nb a n a n a\nWON banana\n'],
      ],
    );
  });

  it('is won at once by the word itself', () => {
    script(
      ['banana', 'apple'],
      [
        ['PLAY', 'WORD 6\n'],
        ['banana', 'WON banana\n'],
        ['PLAY', 'WORD 5\n'],
        ['p', 'AT 2 3\n_ p p _ _\n'],
        ['Apple', 'WON apple\n'],
      ],
    );
  });

  it('is lost with the eighth miss, by letter or word, and shows the word', () => {
    script(
      ['banana'],
      [
        ['PLAY', 'WORD 6\n'],
        ['c', 'MISS 7\n_ _ _ _ _ _\n'],
        ['orange', 'MISS 6\n_ _ _ _ _ _\n'],
        ['d', 'MISS 5\n_ _ _ _ _ _\n'],
        ['e', 'MISS 4\n_ _ _ _ _ _\n'],
        ['a', 'AT 2 4 6\n_ a _ a _ a\n'],
        ['f', 'MISS 3\n_ a _ a _ a\n'],
        ['g', 'MISS 2\n_ a _ a _ a\n'],
        ['h', 'MISS 1\n_ a _ a _ a\n'],
        ['i', 'MISS 0\n_ a _ a _ a\nLOST banana\n'],
        ['j', 'ERR no game is going on: PLAY begins one, QUIT leaves\n'],
      ],
    );
  });

  it('can be followed by another game', () => {
    script(
      ['banana', 'apple'],
      [
        ['PLAY', 'WORD 6\n'],
        ['banana', 'WON banana\n'],
        ['e', 'ERR no game is going on: PLAY begins one, QUIT leaves\n'],
        ['PLAY', 'WORD 5\n'],
        ['e', 'AT 5\n_ _ _ _ e\n'],
        ['QUIT', 'BYE\n'],
      ],
    );
  });

  it('reports a repeated letter or word, which costs nothing', () => {
    script(
      ['banana'],
      [
        ['PLAY', 'WORD 6\n'],
        ['a', 'AT 2 4 6\n_ a _ a _ a\n'],
        ['a', 'REPEATED a\n_ a _ a _ a\n'],
        ['x', 'MISS 7\n_ a _ a _ a\n'],
        ['X', 'REPEATED x\n_ a _ a _ a\n'],
        ['orange', 'MISS 6\n_ a _ a _ a\n'],
        ['ORANGE', 'REPEATED orange\n_ a _ a _ a\n'],
        ['y', 'MISS 5\n_ a _ a _ a\n'],
      ],
    );
  });

  it('continues when PLAY comes in the middle of it, and shows its state', () => {
    script(
      ['banana'],
      [
        ['PLAY', 'WORD 6\n'],
        ['n', 'AT 3 5\n_ _ n _ n _\n'],
        ['play', 'WORD 6\n_ _ n _ n _\n'],
        ['x', 'MISS 7\n_ _ n _ n _\n'],
      ],
    );
  });

  it('accepts letters in any case, width and encoding, with accents or without', () => {
    for (const letter of ['e', 'E', 'é', 'É', 'e\u0301', 'ê\u0323', '\uff25', ' e ', 'e\r']) {
      script(
        ['edge'],
        [
          ['PLAY', 'WORD 4\n'],
          [letter, 'AT 1 4\ne _ _ e\n'],
        ],
      );
    }
    script(
      ['mutter'],
      [
        ['play', 'WORD 6\n'],
        ['ü', 'AT 2\n_ u _ _ _ _\n'],
        ['u\u0308', 'REPEATED u\n_ u _ _ _ _\n'],
        ['MÜTTER', 'WON mutter\n'],
      ],
    );
  });

  it('charges nothing for a message that is no guess', () => {
    const what = 'ERR expected a letter a-z, the whole word, PLAY or QUIT\n';
    script(
      ['banana'],
      [
        ['', 'ERR no game is going on: PLAY begins one, QUIT leaves\n'],
        ['PLAY', 'WORD 6\n'],
        ...[
          '',
          ' ',
          '1',
          '?',
          'a b',
          'ß',
          'а',
          'я',
          '日',
          '👍',
          '\0',
          '\u202e',
          '\ufffd',
          '\u0301',
          'PLAY now',
          '_',
        ].map((nonsense) => [nonsense, what] as const),
        ['ab', 'ERR the word has 6 letters\n'],
        ['bananas', 'ERR the word has 6 letters\n'],
        ['x', 'MISS 7\n_ _ _ _ _ _\n'],
      ],
    );
  });

  it('always ends, after at most 26 letters and eight misses, whatever the messages', () => {
    const message = fc.oneof(
      fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'.split('')),
      fc.constantFrom('PLAY', 'banana', 'orange', 'secret'),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 60 }), (messages) => {
        let { game } = play(undefined, 'PLAY', () => 'banana');
        for (const said of messages) {
          const before = game;
          const turn = play(game, said, () => 'banana');
          assert.match(turn.reply, /^(?:[^\n]+\n)+$/);
          if (turn.reply.startsWith('ERR ')) assert.deepEqual(turn.game, before);
          assert.ok((turn.game?.guesses.length ?? 0) <= 26 + LIVES);
          assert.ok((turn.game?.left ?? 1) >= 1);
          game = turn.game;
        }
      }),
      runs(50),
    );
  });
});

describe('the words of hangman', () => {
  it('are some hundreds of five to ten letters from a to z, each once, none a command', () => {
    assert.ok(WORDS.length > 300);
    for (const word of WORDS) assert.match(word, /^[a-z]{5,10}$/);
    assert.equal(new Set(WORDS).size, WORDS.length);
  });

  it('can each be guessed by a player with the list, and missed by a player without it', async () => {
    for (const word of WORDS) {
      let game: Game | undefined;
      const ask = (message: string) => {
        const turn = play(game, message, () => word);
        game = turn.game;
        return Promise.resolve(turn.reply);
      };
      assert.equal(await win(ask), word);
      assert.equal(await lose(ask), word);
    }
  });
});
