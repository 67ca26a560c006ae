/**
 * Document 001, exercise 1.2: the dialogue between two Python prompts. The server says `Goodbye`
 * when it likes: after its first answer, or after another message.
 */
import { CHUNK } from './conventions.js';
import type { Check, Exercise } from '../check.js';
import {
  advice,
  check,
  nextClient,
  resettingClient,
  restartOnPort,
  silentLeaver,
  type Exchange,
} from './common.js';

/** A server that says Goodbye by itself has mostly said it by then. */
const GOODBYE_MS = 400;

const exchange: Exchange = async (client) => {
  client.send('Hello World');
  await client.inbox.receives('Hello Yourself');
};

const answer = check(
  '“Hello World” is answered by “Hello Yourself”',
  { hint: 'c.send(b"Hello Yourself"), with these capitals and nothing else' },
  async ({ connect }) => exchange(await connect()),
);

const goodbye = check(
  '“Goodbye” follows, and the server closes the connection',
  { hint: 'c.send(b"Goodbye"), then c.close()', requires: [answer] },
  async ({ connect }) => {
    const client = await connect();
    await exchange(client);
    const isAsked = !(await client.inbox.reacts(GOODBYE_MS));
    if (isAsked) client.send('and now?');
    await client.inbox.receives('Goodbye');
    // A slow server may say Goodbye by itself after all. It then closes over the unread question,
    // for which the kernel sends a reset.
    await (isAsked ? client.inbox.isOver() : client.inbox.isClosed());
  },
);

const browser = advice(
  'a browser gets the page of step (f)',
  { hint: 'the empty line ends the header: c.send(b"\\r\\n") before the page', requires: [answer] },
  async ({ connect }) => {
    const client = await connect();
    client.send('GET /index.html HTTP/1.1\r\nHost: localhost:15000\r\n\r\n');
    await client.inbox.receives(
      'HTTP/1.0 200 OK\r\nContent-type: text/html\r\n\r\n<h1>Hello World</h1>',
    );
    await client.inbox.isClosed();
  },
);

const checks: readonly Check[] = [
  answer,
  goodbye,
  nextClient(exchange, [answer], check),
  silentLeaver(exchange, [answer], advice),
  resettingClient(exchange, [answer], advice),
  browser,
  restartOnPort(exchange, [answer]),
];

export const hello: Exercise = {
  name: 'hello',
  source: 'document 001, exercise 1.2',
  transport: 'tcp',
  conventions: CHUNK,
  checks: () => checks,
  isServed: exchange,
};
