/**
 * Players of hangman for tests. The server draws words at random. To know a game's end, a test
 * plays well, from the server's own list, or badly, with words that are on no list.
 */
import assert from 'node:assert/strict';
import { LIVES } from '../../src/services/games/hangman.js';
import { WORDS } from '../../src/services/games/words.js';
import type { Client } from './client.js';

/** Sends a message and returns the whole reply. */
type Ask = (message: string) => Promise<string>;

/** The reply over a stream ends where the rules say so. */
export function askOver(client: Client): Ask {
  return async (message) => {
    client.send(`${message}\n`);
    const first = await client.readLine();
    if (!/^(AT|MISS|REPEATED) /.test(first)) return `${first}\n`;
    const pattern = await client.readLine();
    const isOver = first === 'MISS 0' || !pattern.includes('_');
    return `${first}\n${pattern}\n${isOver ? `${await client.readLine()}\n` : ''}`;
  };
}

/**
 * Begins a game and wins it; returns the word. The tests of the rules prove that it always
 * succeeds.
 */
export async function win(ask: Ask): Promise<string> {
  const length = Number(/^WORD (\d+)\n$/.exec(await ask('PLAY'))?.[1]);
  let candidates = WORDS.filter((word) => word.length === length);
  const guessed = new Set<string>();
  for (;;) {
    const guess = bestGuess(candidates, guessed);
    guessed.add(guess);
    const reply = await ask(guess);
    const won = /^WON (.*)$/m.exec(reply)?.[1];
    if (won !== undefined) return won;
    const [, outcome, pattern] = /^(AT [\d ]+|MISS \d)\n([a-z_ ]+)\n$/.exec(reply) ?? [];
    assert.ok(outcome && pattern, reply);
    const places = pattern.split(' ');
    assert.equal(places.length, length);
    const told = places.flatMap((letter, index) => (letter === guess ? [index + 1] : []));
    if (guess.length === 1) assert.equal(outcome.startsWith('AT'), told.length > 0);
    if (outcome.startsWith('AT')) assert.equal(outcome, `AT ${told.join(' ')}`);
    candidates = candidates.filter((word) =>
      places.every((letter, index) =>
        letter === '_' ? !guessed.has(word[index] ?? '') : letter === word[index],
      ),
    );
  }
}

/** The word, if only one remains, or the letter that most of them have. */
function bestGuess(candidates: readonly string[], guessed: ReadonlySet<string>): string {
  const [only, second] = candidates;
  assert.ok(only, 'no word fits');
  if (second === undefined) return only;
  const counts = new Map<string, number>();
  for (const letter of candidates.flatMap((word) => [...new Set(word)])) {
    if (!guessed.has(letter)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  }
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best), ['', 0])[0];
}

/** Begins a game and loses it; returns the word. */
export async function lose(ask: Ask): Promise<string> {
  const length = Number(/^WORD (\d+)\n$/.exec(await ask('PLAY'))?.[1]);
  const blank = Array<string>(length).fill('_').join(' ');
  for (let left = LIVES - 1; left > 0; left--) {
    assert.equal(await ask(wrongWord(left, length)), `MISS ${left}\n${blank}\n`);
  }
  const [, lost] = /^MISS 0\n[_ ]+\nLOST ([a-z]+)\n$/.exec(await ask(wrongWord(0, length))) ?? [];
  assert.equal(lost?.length, length);
  return lost;
}

/** `bbbbb`, `ccccc` … */
export function wrongWord(number: number, length: number): string {
  return String.fromCharCode('b'.charCodeAt(0) + number).repeat(length);
}
