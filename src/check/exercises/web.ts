/**
 * Document 003, the basic web server: it answers a GET with the content of a file. The document's
 * own program is not in the document; that the answer is HTTP, a browser requires.
 *
 * The server must serve a folder with the file that --file names.
 */
import { CHUNK } from './conventions.js';
import type { Check, Conventions, Exercise } from '../check.js';
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

const HEAD_END = /\r?\n\r?\n/;

function request(path: string): string {
  return `GET ${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`;
}

/** @returns the status and the whole body; the server ends the connection, or names the length */
async function get(
  client: StreamClient,
  path: string,
): Promise<{ readonly status: number; readonly head: string; readonly body: string }> {
  client.send(request(path));
  return response(client);
}

async function response(client: StreamClient) {
  const head = await client.inbox.hears(HEAD_END);
  const status = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(head)?.[1]);
  if (Number.isNaN(status)) client.inbox.fail('expected HTTP/1.0 and a status', 0);
  const body = await client.inbox.untilEnd();
  return { status, head, body };
}

/** How long a busy server may take to close after the content, in milliseconds. */
const LATE_END_MS = 2000;

function checks({ file }: Conventions): readonly Check[] {
  const path = `/${file}`;
  const exchange = async (client: StreamClient) => {
    const { status } = await get(client, path);
    if (status !== 200) client.inbox.fail(`expected status 200 for ${path}, got ${status}`, 0);
  };

  const found = check(
    'a GET is answered by status 200 and the content of the file',
    { hint: 'the status line, an empty line, then the bytes of the file' },
    async ({ connect }) => {
      const client = await connect();
      const { status, body } = await get(client, path);
      if (status !== 200) client.inbox.fail(`expected status 200 for ${path}, got ${status}`, 0);
      if (body === '') client.inbox.fail('expected the content of the file, got none');
    },
  );

  const ends = check(
    'the client can see where the content ends',
    { hint: 'close the connection behind the content, or send Content-Length', requires: [found] },
    async ({ connect }) => {
      const client = await connect();
      client.send(request(path));
      const { head, body } = await response(client);
      const length = /^content-length: *(\d+)/im.exec(head)?.[1];
      if (length !== undefined && Buffer.byteLength(body) !== Number(length))
        client.inbox.fail(`expected ${length} bytes, got ${Buffer.byteLength(body)}`);
      if (length === undefined) await client.inbox.reacts(LATE_END_MS);
      if (length === undefined && client.inbox.end === undefined)
        client.inbox.fail('expected the end of the connection, or Content-Length');
    },
  );

  const missing = advice(
    'a file that is not there is answered by status 404',
    { hint: 'catch FileNotFoundError, and send a 404 instead', requires: [found] },
    async ({ connect }) => {
      const client = await connect();
      const { status } = await get(client, '/no-such-file.txt');
      if (status !== 404) client.inbox.fail(`expected status 404, got ${status}`, 0);
    },
  );

  const outside = advice(
    'files outside of the folder are not sent',
    { hint: 'resolve the path, and compare it with the folder', requires: [found] },
    async ({ connect }) => {
      const client = await connect();
      const { status } = await get(client, '/../../../../../../../../etc/passwd');
      if (status === 200) client.inbox.fail('got /etc/passwd', 0);
    },
  );

  const cut = advice(
    'a request that arrives in pieces is answered',
    { hint: `${HINTS.recv}: a request ends with an empty line`, requires: [found] },
    async ({ connect }) => {
      const client = await connect();
      await client.sendBytewise(request(path));
      const { status } = await response(client);
      if (status !== 200) client.inbox.fail(`expected status 200, got ${status}`, 0);
    },
  );

  const silent = advice(
    'a client that sends nothing holds up no one',
    { hint: HINTS.thread, requires: [found] },
    async ({ connect }) => {
      await connect();
      await exchange(await connect());
    },
  );

  return [
    found,
    ends,
    nextClient(exchange, [found], check),
    silentLeaver(exchange, [found], check),
    resettingClient(exchange, [found], advice, (client) => client.send(request(path))),
    missing,
    outside,
    cut,
    silent,
    restartOnPort(exchange, [found]),
  ];
}

export const web: Exercise = {
  name: 'web',
  source: 'document 003, basic web server',
  transport: 'tcp',
  conventions: CHUNK,
  checks,
  isServed: async (client, { file }) => {
    client.send(request(`/${file}`));
    await client.inbox.hears(HEAD_END);
  },
};
