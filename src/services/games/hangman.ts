/**
 * The rules of hangman: a pure function from a game and a message to a reply and the next game. It
 * knows no connections, datagrams or threads; ../hangman.ts serves it over both transports.
 * docs/hangman.md describes the protocol.
 *
 * A repeated letter or word changes nothing within a game, so a datagram that arrives twice does no
 * harm.
 */

/** Plain values: a game may be copied to another thread and back. */
export interface Game {
  readonly word: string;
  /**
   * Letters and words in the order of the guesses, normalised. Bounded: there are 26 letters, and a
   * wrong word costs a life.
   */
  readonly guesses: readonly string[];
  /** The number of misses that remain; the last one loses. */
  readonly left: number;
}

interface Turn {
  /** Lines, each with its newline. */
  readonly reply: string;
  /** Undefined: no game is in progress. */
  readonly game: Game | undefined;
  /** The client ends the conversation. */
  readonly quit?: true;
}

export const LIVES = 8;

/** A longer message is no guess in any encoding, so it is not normalised. */
const MAX_UNITS = 256;

/** Handles one message of a client. Calls `chooseWord` only to begin a game. */
export function play(game: Game | undefined, message: string, chooseWord: () => string): Turn {
  const guess = normalized(message);
  if (guess === 'quit') return { reply: 'BYE\n', game: undefined, quit: true };
  if (guess === 'play')
    return game ? { reply: wordLine(game) + patternLine(game), game } : begin(chooseWord());
  if (!game) return { reply: 'ERR no game is going on: PLAY begins one, QUIT leaves\n', game };
  if (!/^[a-z]+$/.test(guess)) {
    return { reply: 'ERR expected a letter a-z, the whole word, PLAY or QUIT\n', game };
  }
  if (guess.length > 1 && guess.length !== game.word.length) {
    return { reply: `ERR the word has ${game.word.length} letters\n`, game };
  }
  if (game.guesses.includes(guess))
    return { reply: `REPEATED ${guess}\n${patternLine(game)}`, game };
  return applyGuess(game, guess);
}

/**
 * Removes what does not matter in a message: case, surrounding white space, accents in any
 * encoding, and forms such as full-width letters. Letters of other alphabets remain, and are no
 * guesses.
 */
export function normalized(message: string): string {
  const guess = message.trim();
  // Normalising takes quadratic time on a text of accents.
  if (guess.length > MAX_UNITS) return guess.toLowerCase();
  return guess.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim();
}

function begin(word: string): Turn {
  const game: Game = { word, guesses: [], left: LIVES };
  return { reply: wordLine(game), game };
}

function applyGuess(before: Game, guess: string): Turn {
  const hit = guess.length === 1 ? before.word.includes(guess) : before.word === guess;
  const game: Game = {
    word: before.word,
    guesses: [...before.guesses, guess],
    left: hit ? before.left : before.left - 1,
  };
  const won = `WON ${game.word}\n`;
  if (guess === game.word) return { reply: won, game: undefined };
  const answer =
    (hit ? `AT ${positionsOf(guess, game.word)}\n` : `MISS ${game.left}\n`) + patternLine(game);
  if (game.left === 0) return { reply: `${answer}LOST ${game.word}\n`, game: undefined };
  if (isSolved(game)) return { reply: answer + won, game: undefined };
  return { reply: answer, game };
}

/** The letter's positions in the word, from 1. */
function positionsOf(letter: string, word: string): string {
  return Array.from(word)
    .flatMap((each, index) => (each === letter ? [index + 1] : []))
    .join(' ');
}

function isSolved({ word, guesses }: Game): boolean {
  return Array.from(word).every((letter) => guesses.includes(letter));
}

function wordLine({ word }: Game): string {
  return `WORD ${word.length}\n`;
}

function patternLine({ word, guesses }: Game): string {
  return `${Array.from(word)
    .map((letter) => (guesses.includes(letter) ? letter : '_'))
    .join(' ')}\n`;
}
