/**
 * The dialogue of `handoff hangman`: PLAY, letters or the whole word, WON or LOST, another game.
 * Pure; run-dialogue.ts performs it, over a stream or over datagrams.
 *
 * The dialogue asks for a letter only if the last answer shows that the game continues. If WON or
 * LOST must follow it does not ask, or a script would waste a letter.
 */
import { ask, LEAVE, send, show, type Expected, type Dialogue, type Step } from './dialogue.js';

const LETTER_PROMPT = 'a letter, or the word: ';
const WORD: Expected = { what: 'answer to PLAY', of: 'hangman', withinMs: 10_000 };
const AGAIN_PROMPT = 'again? [Y/n] ';

export class HangmanDialogue implements Dialogue {
  /** The letters found so far, by position from 0. */
  #pattern: (string | undefined)[] = [];
  #guess = '';
  /** The letters of this game, in the order in which they were tried. */
  readonly #tried = new Set<string>();
  #missesLeft: number | undefined;
  #mostMisses = 0;
  #stage: 'starting' | 'asked' | 'guessing' | 'over' = 'starting';
  #gamesPlayed = 0;

  start(): Step[] {
    return [send('PLAY')];
  }

  onMessage(line: string): Step[] {
    const [word = '', ...rest] = line.split(' ');
    const first = rest[0] ?? '';
    switch (word) {
      case 'WORD':
        this.#start(Number(first));
        return [show(`\nA word of ${first} letters.`, 'bold'), ...this.#ask()];
      case 'AT':
        for (const position of rest.map(Number)) this.#reveal(position);
        return this.#pattern.includes(undefined) ? this.#ask() : [];
      case 'MISS':
        this.#missed(Number(first));
        return [
          show(`Not in the word: ${first} left.`, 'red'),
          ...(this.#missesLeft === 0 ? [] : this.#ask()),
        ];
      case 'WON':
      case 'LOST':
        this.#stage = 'over';
        this.#gamesPlayed++;
        return [this.#verdict(word, first), ask(AGAIN_PROMPT)];
      case 'ERR':
        return [show(line.slice('ERR '.length), 'red'), ...this.#ask()];
    }
    if (/^repeat/i.test(word))
      return [show(`You have tried ${first} before.`, 'yellow'), ...this.#ask()];
    if (/^\S( \S)+$/u.test(line)) return [show(this.#drawing(line))];
    return [show(line)];
  }

  onLine(line: string): Step[] {
    const text = line.trim();
    if (/^quit$/i.test(text)) return this.onInputEnd();
    switch (this.#stage) {
      case 'starting':
      case 'guessing':
        return [show('wait for the server', 'gray')];
      case 'asked':
        if (text === '') return [ask(LETTER_PROMPT)];
        this.#guess = text;
        if (isLetter(text)) this.#tried.add(text.toLowerCase());
        this.#stage = 'guessing';
        return [send(text)];
      case 'over':
        return this.#again(text);
    }
  }

  onInputEnd(): Step[] {
    return [send('QUIT'), LEAVE];
  }

  expected(): Expected | undefined {
    return this.#stage === 'starting' ? WORD : undefined;
  }

  failure(): string | undefined {
    return this.#gamesPlayed > 0 && this.#stage === 'over'
      ? undefined
      : 'the game was not played to its end';
  }

  #start(length: number): void {
    this.#pattern = Array.from({ length: Math.min(length, 1000) || 0 }, () => undefined);
    this.#missesLeft = undefined;
    this.#tried.clear();
    this.#stage = 'guessing';
  }

  #reveal(position: number): void {
    if (position >= 1 && position <= this.#pattern.length)
      this.#pattern[position - 1] = this.#guess;
  }

  /** The first miss shows how many misses a game allows. */
  #missed(left: number): void {
    if (this.#missesLeft === undefined) this.#mostMisses = left + 1;
    this.#missesLeft = left;
  }

  /** Asks once per guess. */
  #ask(): Step[] {
    if (this.#stage !== 'guessing') return [];
    this.#stage = 'asked';
    return [ask(LETTER_PROMPT)];
  }

  #drawing(pattern: string): string {
    const left = this.#missesLeft;
    const drawn =
      left === undefined ? '' : `${gallows(this.#mostMisses - left, this.#mostMisses)}\n`;
    const tried = this.#tried.size === 0 ? '' : `\n   tried: ${[...this.#tried].join(' ')}\n`;
    return `\n${drawn}   ${pattern}\n${tried}`;
  }

  #verdict(word: 'WON' | 'LOST', solution: string): Step {
    return word === 'WON'
      ? show(`You win: ${solution}`, 'green')
      : show(`You lose: it was ${solution}`, 'red');
  }

  /** A script's letters left over from the game are ignored: the question is asked again. */
  #again(text: string): Step[] {
    if (/^n(o)?$/i.test(text)) return this.onInputEnd();
    if (!/^(y(es)?|play|)$/i.test(text)) return [ask(AGAIN_PROMPT)];
    this.#stage = 'starting';
    return [send('PLAY')];
  }
}

const isLetter = (text: string) => /^\p{Letter}$/u.test(text);

const GALLOWS = [' +---+', ' |   |', ' |   O', ' |  /|\\', ' |  / \\', '======'];
/** The part to which each character of the gallows belongs: part 1 is drawn first, part 8 last. */
const PARTS = [' 33333', ' 2   4', ' 2   5', ' 2  767', ' 2  8 8', '111111'];
const PART_COUNT = 8;

/**
 * Draws the gallows in proportion to the misses.
 * @param max number of misses that completes the drawing
 */
export function gallows(misses: number, max: number): string {
  const drawn = Math.round((PART_COUNT * Math.min(misses, max)) / max);
  const rows = GALLOWS.map((row, y) =>
    Array.from(row, (character, x) => (Number(PARTS[y]?.[x]) <= drawn ? character : ' ')),
  );
  return rows.map((row) => `   ${row.join('')}`.trimEnd()).join('\n');
}
