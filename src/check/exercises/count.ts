/**
 * Document 002, countFunction in a thread for each client: the message is a name, the answer its
 * count from 0 to 10, with a random pause below one second before each number.
 */
import { LINE, say } from './conventions.js';
import type { Check, Conventions, Exercise } from '../check.js';
import type { StreamClient } from '../stream-client.js';
import {
  check,
  HINTS,
  nextClient,
  resettingClient,
  restartOnPort,
  silentLeaver,
} from './common.js';

const LAST = 10;
/** Eleven pauses, each below one second, and a margin. */
const WHOLE_COUNT_MS = 13_000;

/** The count begins: two numbers take at most two seconds. */
async function begins(client: StreamClient, name: string, conventions: Conventions): Promise<void> {
  say(client, name, conventions);
  await client.inbox.hears(`${name}0`);
  await client.inbox.hears(`${name}1`);
}

function checks(conventions: Conventions): readonly Check[] {
  const exchange = (client: StreamClient) => begins(client, 'A', conventions);

  const starts = check(
    'a name is counted from 0',
    { hint: 'send name + str(count) and a newline, beginning with count = 0' },
    async ({ connect }) => exchange(await connect()),
  );

  const together = check(
    'two clients count at the same time',
    { hint: HINTS.thread, requires: [starts] },
    async ({ connect }) => {
      const [first, second] = [await connect(), await connect()];
      await begins(first, 'A', conventions);
      await begins(second, 'B', conventions);
      // Because of its pauses, the first has not come to its end meanwhile.
      first.inbox.hasNotHeard(
        `A${LAST}`,
        0,
        'the second client had to wait for the end of the first',
      );
    },
  );

  const whole = check(
    `the count goes up to ${LAST}, in order and without a gap`,
    { hint: 'while count <= 10', requires: [starts], limitMs: WHOLE_COUNT_MS },
    async ({ connect }) => {
      const client = await connect();
      say(client, 'A', conventions);
      for (let count = 0; count <= LAST; count++) await client.inbox.hears(countLine(count));
      await client.waits(1100);
      if (/A\d/.test(client.inbox.unread)) client.inbox.fail('got more than the count');
    },
  );

  return [
    starts,
    together,
    whole,
    nextClient(exchange, [starts], check),
    silentLeaver(exchange, [starts], check),
    resettingClient(exchange, [starts], check, exchange),
    restartOnPort(exchange, [starts]),
  ];
}

/** The next number and no other. */
function countLine(count: number): RegExp {
  return new RegExp(`^\\s*A${count}(?!\\d)`);
}

export const count: Exercise = {
  name: 'count',
  source: 'document 002, countFunction',
  transport: 'tcp',
  conventions: LINE,
  checks,
  isServed: (client, conventions) => begins(client, 'A', conventions),
};
