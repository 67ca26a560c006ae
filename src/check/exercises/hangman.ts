/**
 * Document 002, task 5.2: hangman. The text leaves all words open: an answer to the request for a
 * game has the word's length, an answer to a letter its positions, and the game ends with a signal.
 * So what can be checked is that numbers fit together. The usual words are known; see HIT and END.
 */
import { LINE, say } from './conventions.js';
import type { Check, Context, Conventions, Exercise } from '../check.js';
import type { StreamClient } from '../stream-client.js';
import {
  advice,
  check,
  HINTS,
  nextClient,
  resettingClient,
  restartOnPort,
  silentLeaver,
} from './common.js';

const LETTERS = 'etaoinsrhldcumfpgwybvkxjqz';
/** A line that says where a letter is, such as `AT 2 4` or `positions: [2, 4]`. */
const HIT =
  /^[ \t>*]{0,8}(?:at|hit|yes|found|positions?|index(?:es)?|correct)\b[^\d\n]*(\d[\d ,]*)/im;
const END = /\b(?:end|over|won|wins?|lost|loses?|solved|congratulations)\b/i;

/** Requests a game, unless the server begins by itself. @returns the length of the word */
async function begins(client: StreamClient, conventions: Conventions): Promise<number> {
  if (conventions.start !== '') say(client, conventions.start, conventions);
  const offset = client.inbox.length;
  const answer = await client.inbox.hearsSomething('the length of the word');
  const length = Number(/\d+/.exec(answer)?.[0]);
  if (!(length >= 1 && length <= 50))
    client.inbox.fail('expected the length of the word, a number', offset);
  return length;
}

async function guess(
  client: StreamClient,
  text: string,
  conventions: Conventions,
): Promise<string> {
  say(client, text, conventions);
  return client.inbox.hearsSomething(`an answer to the guess ${text}`);
}

function positionsOf(answer: string): number[] {
  return (HIT.exec(answer)?.[1]?.match(/\d+/g) ?? []).map(Number);
}

/** Guesses letters until the game ends. */
async function playToTheEnd(
  client: StreamClient,
  length: number,
  conventions: Conventions,
): Promise<void> {
  const found = new Map<number, string>();
  for (const letter of LETTERS) {
    const offset = client.inbox.length;
    const answer = await guess(client, letter, conventions);
    for (const position of positionsOf(answer)) {
      const other = found.get(position);
      if (other !== undefined)
        client.inbox.fail(`got position ${position} for ${letter} and for ${other}`, offset);
      if (position > length)
        client.inbox.fail(`got position ${position} in a word of length ${length}`, offset);
      found.set(position, letter);
    }
    if (END.test(answer)) return;
  }
  client.inbox.fail('got no end of the game after all 26 letters');
}

function checks(conventions: Conventions): readonly Check[] {
  const exchange = async (client: StreamClient) => {
    await begins(client, conventions);
  };

  const length = check(
    'a request for a game is answered by the length of the word',
    { hint: 'send str(len(word)) in the answer, before the first guess' },
    async ({ connect }) => exchange(await connect()),
  );

  const answers = check(
    'each letter is answered',
    { hint: 'send an answer also to a letter that is not in the word', requires: [length] },
    async ({ connect }) => {
      const client = await connect();
      await exchange(client);
      for (const letter of 'qxe') await guess(client, letter, conventions);
    },
  );

  const whole = check(
    'a game ends with a signal, and its positions fit the length of the word',
    {
      hint: 'collect all positions of the letter; after the last letter or the last life, send the end',
      requires: [answers],
    },
    async ({ connect }) => {
      const client = await connect();
      await playToTheEnd(client, await begins(client, conventions), conventions);
    },
  );

  const apart = advice(
    'two clients play games of their own',
    {
      hint: `${HINTS.thread}; word and guesses belong to the client, not to the module`,
      requires: [whole],
    },
    async ({ connect }) => {
      const [first, second] = [await connect(), await connect()];
      const [one, two] = [await begins(first, conventions), await begins(second, conventions)];
      await playToTheEnd(first, one, conventions);
      const offset = second.inbox.length;
      if (two > 1 && END.test(await guess(second, 'e', conventions)))
        second.inbox.fail('got the end of the game after its first guess', offset);
      await playToTheEnd(second, two, conventions);
    },
  );

  const bytewise = conventions.framing === 'line' ? [cut(conventions, length)] : [];

  return [
    length,
    answers,
    whole,
    apart,
    ...bytewise,
    nextClient(exchange, [length], advice),
    silentLeaver(exchange, [length], advice),
    resettingClient(exchange, [length], advice, exchange),
    restartOnPort(exchange, [length]),
  ];
}

const cut = (conventions: Conventions, length: Check) =>
  advice(
    'several messages in one packet are several messages',
    { hint: HINTS.recv, requires: [length] },
    async ({ connect }: Context) => {
      const client = await connect();
      await begins(client, conventions);
      client.send('q\nx\n');
      const together = await client.inbox.hearsSomething('two answers');
      const both = together.trim().split('\n').length;
      const single = (await guess(client, 'j', conventions)).trim().split('\n').length;
      if (both < 2 * single) client.inbox.fail('got one answer to two letters');
    },
  );

export const hangman: Exercise = {
  name: 'hangman',
  source: 'document 002, task 5.2',
  transport: 'tcp',
  conventions: { ...LINE, start: 'PLAY' },
  checks,
  isServed: async (client, conventions) => {
    await begins(client, conventions);
  },
};
