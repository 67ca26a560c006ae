/**
 * Checks that many exercises share. Each gets the exercise's exchange: a client sends something and
 * reads the whole answer. Main thread of `handoff check`. Read echo.ts next.
 */
import { advice, check, type Check } from '../check.js';
import type { StreamClient } from '../stream-client.js';

export type Exchange = (client: StreamClient) => Promise<void>;

/** Checks of one kind are required in one exercise and advice in another. */
type Kind = typeof check;

export { advice, check };

export const HINTS = {
  recv:
    'one recv is not one message: TCP may deliver a message in pieces, or several at once; collect ' +
    'the bytes until the message is complete',
  decode:
    'decode() of half a character raises UnicodeDecodeError: collect the bytes first, or use ' +
    'codecs.getincrementaldecoder',
  accept: 'accept() stands outside the loop: after one client, accept the next',
  thread:
    'the loop that accepts also serves: start a thread for each client, and accept the next at once',
  death:
    'an error of one client ends the server: catch OSError around the loop that serves the client, ' +
    'and treat recv() == b"" as its end',
  broadcast:
    'the connection of a client that has left is kept in the list: remove it when recv() returns ' +
    'b"" or fails, and go on if sending to one client fails',
  reuse: 'connections of the old server wait in TIME_WAIT: set SO_REUSEADDR before bind()',
  send: 'send() may send only a part of the bytes: use sendall()',
} as const;

/** So long after a client has gone, the server has noticed it; and has ended, if that ends it. */
export const CONSEQUENCE_MS = 120;

/** A client comes, is served and leaves; then the next. */
export function nextClient(exchange: Exchange, requires: readonly Check[], kind: Kind): Check {
  return kind(
    'the next client is served after one has left',
    { hint: HINTS.accept, requires },
    async (context) => {
      for (let client = 0; client < 2; client++) {
        const one = await context.connect();
        await exchange(one);
        one.close();
      }
    },
  );
}

export function silentLeaver(exchange: Exchange, requires: readonly Check[], kind: Kind): Check {
  return kind(
    'a client that leaves without a word does not end the server',
    { hint: HINTS.death, requires },
    async (context) => {
      const silent = await context.connect();
      await silent.inbox.settles();
      silent.close();
      await silent.waits(CONSEQUENCE_MS);
      await exchange(await context.connect());
    },
  );
}

/** @param before what the client does before it resets its connection */
export function resettingClient(
  exchange: Exchange,
  requires: readonly Check[],
  kind: Kind,
  before: (client: StreamClient) => void | Promise<void> = (client) => client.inbox.settles(),
): Check {
  return kind(
    'a client that resets its connection does not end the server',
    { hint: HINTS.death, requires },
    async (context) => {
      const broken = await context.connect();
      await before(broken);
      broken.reset();
      await broken.waits(CONSEQUENCE_MS);
      await exchange(await context.connect());
    },
  );
}

/** For a server that may serve one client at a time: each client comes after the other has gone. */
export function tenInTurn(exchange: Exchange, requires: readonly Check[], kind: Kind): Check {
  return kind(
    'ten clients, one after the other, each get their own answers',
    { hint: HINTS.accept, requires },
    async (context) => {
      for (let client = 0; client < 10; client++) {
        const one = await context.connect();
        await exchange(one);
        one.close();
      }
    },
  );
}

/**
 * @param before what a client has done when the server is killed. Its connection must be open then:
 *   the side that closes first keeps it in TIME_WAIT
 */
export function restartOnPort(
  exchange: Exchange,
  requires: readonly Check[],
  before: Exchange = exchange,
): Check {
  return advice(
    'the server can be started again at once on the same port',
    { hint: HINTS.reuse, requires, limitMs: 14_000 },
    async (context) => {
      const old = await context.connect();
      await before(old);
      await context.restart();
      await exchange(await context.connect());
    },
  );
}
