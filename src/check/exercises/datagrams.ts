/**
 * The variants over UDP of echo, capitalize and date: document 002, "Socket Programming with UDP".
 * One datagram is one message, and the answer goes to the address that it came from.
 */
import { CHUNK } from './conventions.js';
import { advice, check, type Check, type Exercise } from '../check.js';
import type { DatagramClient } from '../datagram-client.js';

const LONG_BYTES = 1400;
const MOMENT_MS = 120;

/** A message and its answer. */
interface Pair {
  readonly question: string;
  readonly answer: string | RegExp;
}

interface Variant {
  readonly name: string;
  readonly first: Pair;
  readonly second: Pair;
  readonly foreign: Pair;
  readonly long: Pair;
}

async function exchange(client: DatagramClient, { question, answer }: Pair): Promise<void> {
  client.send(question);
  if (typeof answer === 'string') await client.receives(answer);
  else await client.hears(answer);
}

function checksOf({ first, second, foreign, long }: Variant): readonly Check[] {
  const answered = check(
    'a datagram is answered by one datagram',
    { hint: 'data, addr = s.recvfrom(2048), then one s.sendto(answer, addr)' },
    async ({ datagrams }) => {
      const client = await datagrams();
      await exchange(client, first);
      await client.waits(MOMENT_MS);
      client.hasNothingUnread('one answer is enough');
    },
  );

  const own = check(
    'each client gets the answers to its own datagrams',
    {
      hint: 'the answer goes to the address that recvfrom() returned with it',
      requires: [answered],
    },
    async ({ datagrams }) => {
      const [a, b] = [await datagrams(), await datagrams()];
      for (let round = 0; round < 3; round++) {
        await exchange(a, first);
        await exchange(b, second);
      }
      a.hasNothingUnread('it belongs to the other client');
    },
  );

  const characters = check(
    'letters outside ASCII are answered too',
    { hint: 'encode() and decode() with UTF-8', requires: [answered] },
    async ({ datagrams }) => exchange(await datagrams(), foreign),
  );

  const whole = advice(
    `a datagram of ${LONG_BYTES.toLocaleString('en')} bytes is answered whole`,
    { hint: 'recvfrom(n) throws away what is longer than n: ask for 2048', requires: [answered] },
    async ({ datagrams }) => exchange(await datagrams(), long),
  );

  const survives = (what: string, bytes: Buffer, hint: string) =>
    advice(
      `${what} does not end the server`,
      { hint, requires: [answered] },
      async ({ datagrams }) => {
        const odd = await datagrams();
        odd.send(bytes);
        await odd.waits(MOMENT_MS);
        await exchange(await datagrams(), first);
      },
    );

  return [
    answered,
    own,
    characters,
    whole,
    survives(
      'an empty datagram',
      Buffer.alloc(0),
      'an empty datagram is a message, not the end: there is no end without a connection',
    ),
    survives(
      'a datagram that is no text',
      Buffer.of(0xff, 0xfe, 0xc3),
      "decode(errors='replace'), or catch UnicodeDecodeError in the loop",
    ),
  ];
}

function exerciseOf(variant: Variant): Exercise {
  const checks = checksOf(variant);
  return {
    name: variant.name,
    source: 'document 002, “Socket Programming with UDP”',
    transport: 'udp',
    conventions: CHUNK,
    checks: () => checks,
  };
}

const same = (text: string): Pair => ({ question: text, answer: text });
const capitals = (text: string): Pair => ({ question: text, answer: text.toUpperCase() });

export const echoUdp = exerciseOf({
  name: 'echo',
  first: same('Hello World'),
  second: same('Hello Yourself'),
  foreign: same('Grüße, 世界'),
  long: same('0123456789'.repeat(LONG_BYTES / 10)),
});

export const capitalizeUdp = exerciseOf({
  name: 'capitalize',
  first: capitals('hello world'),
  second: capitals('hello yourself'),
  foreign: capitals('grüne äpfel, жизнь'),
  long: capitals('abcdefghij'.repeat(LONG_BYTES / 10)),
});

export const dateUdp = exerciseOf({
  name: 'date',
  first: { question: '%Y-%m-%d', answer: /^\d{4}-\d\d-\d\d$/ },
  second: { question: 'day %d', answer: /^day \d\d$/ },
  foreign: { question: 'Grüße am %d', answer: /^Grüße am \d\d$/ },
  long: { question: `${'-'.repeat(LONG_BYTES - 2)}%d`, answer: /^-+\d\d$/ },
});
