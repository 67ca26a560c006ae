/** The conversation before a load: our own services pass it, servers of another protocol do not. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { CONVERSATIONS, type ServerService } from '../../../bench/contenders/conversation.js';
import { modelNamed } from '../../../bench/contenders/models.js';
// The servers write no coverage.
import '../../support/environment.js';
import { startRawServer } from '../../support/raw-server.js';
import { serveChat, type ChatRules } from '../../support/bench/chat-server.js';

const BOUND_MS = 30_000;

describe('the conversation before a load', { timeout: BOUND_MS, concurrency: 2 }, () => {
  for (const service of Object.keys(CONVERSATIONS) as ServerService[]) {
    it(`is what our own ${service} answers`, async () => {
      const server = await modelNamed('event-loop').start({ service, clients: 2 });
      try {
        await CONVERSATIONS[service]({ name: service, host: '127.0.0.1', port: server.port });
      } finally {
        await server.stop();
      }
    });
  }

  for (const [what, service, serve, received] of [
    ['an answer that is too long', 'echo', says('Is this the right answer?\n!'), 'answer?\\n!"'],
    ['an answer that stops', 'echo', (s) => void s.end('Is this'), '"Is this", then the end of'],
    ['a greeting', 'echo', (s) => void s.write('Hello\n'), '"Hello\\nIs this the right answer?'],
    ['small letters', 'capitalize', (socket) => void socket.pipe(socket), '"Is this'],
    ['a refusal of work', 'work', says('ERR what?\n'), '"ERR what?\\n"'],
    ['a missing page', 'web', says('HTTP/1.1 404 Not Found\r\n\r\n'), '404 Not Found\\r\\n'],
    ['another page', 'web', says(page('x'.repeat(1024))), 'Content-Length: 1024'],
  ] as const satisfies readonly (readonly [
    string,
    ServerService,
    (socket: Socket) => void,
    string,
  ])[]) {
    it(`refuses ${what} of a ${service} server, and shows it`, async (t) => {
      const shown = await refusalOf(t, service, (socket) => {
        if (what === 'a greeting') socket.pipe(socket);
        serve(socket);
      });
      assert.match(shown, /^StartError: mine gave a wrong answer:\n {2}sent .+\n {2}expected .+\n/);
      assert.ok(shown.includes(received), shown);
    });
  }

  it('refuses a page that comes once only, because the connection must stay open', async (t) => {
    const { readPage } = await import('../../../bench/lib/page.js');
    const answer = page(readPage().toString('latin1'));
    const shown = await refusalOf(t, 'web', (socket) =>
      socket.once('data', () => socket.end(answer)),
    );
    assert.match(shown, /twice over one connection\n {2}received {2}the end of the stream$/);
  });

  it('waits no longer than five seconds for an answer', async (t) => {
    const shown = await refusalOf(t, 'echo', (socket) => void socket.write('Is'));
    assert.match(shown, /received {2}"Is", then nothing within 5 s$/);
  });

  for (const [what, rules] of Object.entries({
    'another welcome': { welcome: () => 'Who are you?\n' },
    'another announcement': { announcement: (name) => `${name} is here\n` },
    'another line': { deliver: (to, _from, text) => void to.socket.write(`> ${text}`) },
  } satisfies Record<string, ChatRules>)) {
    it(`refuses ${what} of a chat`, async (t) => {
      const port = await serveChat(t, rules);
      await assert.rejects(
        CONVERSATIONS.chat({ name: 'mine', host: '127.0.0.1', port }),
        /^StartError: mine gave a wrong answer:/,
      );
    });
  }
});

function says(answer: string) {
  return (socket: Socket) => void socket.once('data', () => socket.write(answer));
}

function page(body: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

async function refusalOf(
  t: TestContext,
  service: ServerService,
  serve: (socket: Socket) => void,
): Promise<string> {
  const port = await startRawServer(t, serve);
  return CONVERSATIONS[service]({ name: 'mine', host: '127.0.0.1', port }).then(
    () => assert.fail('it passed'),
    String,
  );
}
