/**
 * Clients that speak the telnet protocol, with every line service and with web: its commands are
 * answered, edit the line, and never reach the service. The bytes are those that PuTTY and GNU
 * telnet send.
 */
import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { connectClient, type Client } from '../support/client.js';
import { fixture } from '../support/handoff.js';
import { get, readAnswer } from '../support/http.js';
import { isConcurrent, underEveryModel } from '../support/models.js';
import { sharedServer } from '../support/server.js';
import { makeSite } from '../support/site.js';

/** What PuTTY sends before the first line, and what refuses each of its options. */
const PUTTY = Buffer.from('fffb1ffffb20fffb18fffb27fffd01fffb03fffd03', 'hex');
const REFUSALS = Buffer.from('fffe1ffffe20fffe18fffe27fffc01fffe03fffc03', 'hex');
/** Interrupt Process, and Do Timing-Mark: until it is answered, GNU telnet shows nothing. */
const CTRL_C = Buffer.from('fff4fffd06', 'hex');
const TIMING_MARK = Buffer.from('fffb06', 'hex');
const ERASE_CHARACTER = Buffer.from('fff7', 'hex');
const ERASE_LINE = Buffer.from('fff8', 'hex');
const ARE_YOU_THERE = Buffer.from('fff6', 'hex');
const END_OF_FILE = Buffer.from('ffec', 'hex');

interface LineService {
  readonly service: string;
  readonly greeting?: string;
  readonly line: (number: number) => string;
  readonly answer: RegExp;
}

const lineServices: readonly LineService[] = [
  {
    service: 'chat',
    greeting: 'Hello, this is the chat.\nWho are you?\n',
    line: (number) => `ann${number}`,
    answer: /^Welcome ann\d+, /,
  },
  { service: 'quiz', line: (number) => `GUEST ann${number}`, answer: /^OK welcome, guest ann\d+$/ },
  { service: 'hangman', line: () => 'PLAY', answer: /^WORD \d+$/ },
  { service: 'tictactoe', line: (number) => `ann${number}`, answer: /^Welcome ann\d+$/ },
  { service: 'count', line: () => 'ann', answer: /^ann0$/ },
  { service: 'work', line: () => 'work 0', answer: /^done 0$/ },
  { service: fixture('trouble'), line: () => 'echo ann', answer: /^ann$/ },
];

function both(...pieces: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
}

let clients = 0;

for (const { service, greeting = '', line, answer } of lineServices) {
  const name = service.replace(/.*\//, '');

  underEveryModel(`${name} and a telnet`, (model) => {
    const server = sharedServer({ service, model, logLevel: 'info' });
    const chunks = sharedServer({ service, model, options: { framing: 'chunk' } });

    /** Has the whole conversation, so that a service pairs no player with a later one. */
    async function hold(client: Client, use: (text: string) => Promise<void>): Promise<void> {
      await client.expect(greeting);
      await use(line(++clients));
      assert.match(await client.readLine(), answer);
      client.halfClose();
      await client.readToEnd();
    }

    it('refuses the options that it negotiates before its first line', async (t) => {
      const client = await connectClient(t, server);
      await hold(client, (text) => client.exchange(both(PUTTY, text, '\r\n'), REFUSALS));
    });

    it('finds the commands also when each byte arrives alone', async (t) => {
      const client = await connectClient(t, server);
      await hold(client, async (text) => {
        await client.sendOneByOne(both(PUTTY, 'x', CTRL_C, text, '\r'));
        await client.expect(both(REFUSALS, TIMING_MARK));
        await client.sendOneByOne('\0');
      });
    });

    it('drops the half line at an interrupt, and answers the timing mark', async (t) => {
      const client = await connectClient(t, server);
      await hold(client, async (text) => {
        await client.exchange(both('half a li', CTRL_C), TIMING_MARK);
        await client.exchange(CTRL_C, TIMING_MARK);
        client.send(`${text}\r\n`);
      });
    });

    it('finds a data mark, whichever byte of it the telnet sends as urgent data', async (t) => {
      const client = await connectClient(t, server);
      await hold(client, async (text) => {
        await client.exchange(both('half', CTRL_C), TIMING_MARK);
        client.sendUrgent(0xff);
        await client.exchange(both(Buffer.of(0xf2), CTRL_C), TIMING_MARK);
        await client.exchange(both(CTRL_C, Buffer.of(0xff)), TIMING_MARK);
        client.sendUrgent(0xf2);
        client.send(`${text}\n`);
      });
    });

    it('erases characters and the line, and says that it is there', async (t) => {
      const client = await connectClient(t, server);
      await hold(client, async (text) => {
        client.send(both('wrong', ERASE_LINE, text, 'é', ERASE_CHARACTER));
        await client.exchange(ARE_YOU_THERE, '[handoff is here]\n');
        client.send('\n');
      });
    });

    it('takes the last line and ends at the end of the file', async (t) => {
      const client = await connectClient(t, server);
      await client.expect(greeting);
      client.send(both(line(++clients), END_OF_FILE, 'more\n'));
      assert.match(await client.readLine(), answer);
      await client.readToEnd();
    });

    it('sees no message in the options with --framing chunk', async (t) => {
      const client = await connectClient(t, chunks);
      await hold(client, async (text) => {
        await client.exchange(PUTTY, REFUSALS);
        client.send(both(text));
      });
    });

    it('ends a client whose subnegotiation does not end', async (t) => {
      const client = await connectClient(t, server);
      await client.expect(greeting);
      client.send(both(Buffer.of(0xff, 0xfa), Buffer.alloc(5000, 'x')));
      await client.expect('ERR line too long\n');
      await client.expectCleanClose();
    });
  });
}

underEveryModel('a chat-room with a telnet', (model) => {
  if (!isConcurrent(model)) return;
  const server = sharedServer({ service: 'chat', model });

  it('shows the others none of its commands, and answers it while they talk', async (t) => {
    const [ann, bob] = [await connectClient(t, server), await connectClient(t, server)];
    const greeting = 'Hello, this is the chat.\nWho are you?\n';
    await ann.expect(greeting);
    await ann.exchange('ann\n', 'Welcome ann, type /help for help\n');
    await bob.expect(greeting);
    await bob.exchange('bob\n', 'Welcome bob, type /help for help\n');
    await ann.expect('* bob joined (2 here)\n');
    await ann.exchange(both('a secret', CTRL_C), TIMING_MARK);
    await ann.exchange(both(PUTTY), REFUSALS);
    ann.send('hi\r\n');
    await bob.exchange('', 'ann: hi\n');
    await bob.exchange('hello\n', '');
    await ann.expect('bob: hello\n');
  });
});

underEveryModel('web and a telnet', (model) => {
  const site = makeSite();
  after(() => site.remove());
  const server = sharedServer({
    service: 'web',
    model,
    logLevel: 'debug',
    options: { root: site.root },
  });

  it('answers a request behind negotiated options, however the bytes are cut', async (t) => {
    const whole = both(PUTTY, get('/a.txt'));
    const client = await connectClient(t, server);
    await client.exchange(whole, REFUSALS);
    assert.equal((await readAnswer(client)).body.toString(), 'text of a');
    client.close();
    const slow = await connectClient(t, server);
    await slow.sendOneByOne(whole);
    await slow.expect(REFUSALS);
    assert.equal((await readAnswer(slow)).status, 200);
    // Later requests of the connection are answered as ever.
    await slow.exchange(CTRL_C, TIMING_MARK);
    slow.send(get('/a.txt'));
    assert.equal((await readAnswer(slow)).status, 200);
  });

  it('answers a timing mark within a head, and then 400', async (t) => {
    for (const begun of ['GET / HTTP/1.1\r\n', 'GET / HTTP/1.1\r\nHost: h', 'GET /']) {
      const client = await connectClient(t, server);
      const peer = `127.0.0.1:${client.localPort ?? 0}`;
      const { connection } = await server.logLine('accepted', { peer });
      client.send(begun);
      await server.logLine('received', { connection });
      await client.exchange(both(CTRL_C, 'Host: here\r\n\r\n'), TIMING_MARK);
      assert.equal((await readAnswer(client)).status, 400);
      await client.expectEnd();
      client.close();
    }
  });

  it('leaves the bytes of a body as they are', async (t) => {
    const client = await connectClient(t, server);
    client.send(get('/a.txt', 'Content-Length: 10\r\n'));
    await client.expectSilence();
    client.send(both(CTRL_C, CTRL_C, get('/a.txt')));
    assert.equal((await readAnswer(client)).status, 200);
    assert.equal((await readAnswer(client)).status, 200);
  });

  it('refuses a doubled IAC and commands in mid-line as no HTTP', async (t) => {
    const doubled = Buffer.of(0xff, 0xff);
    for (const begin of [
      both(doubled, get('/')),
      both('GE', Buffer.of(0xff, 0xf1), 'T / HTTP/1.0\r\n\r\n'),
    ]) {
      const client = await connectClient(t, server);
      client.send(begin);
      assert.ok((await readAnswer(client)).status >= 400);
      await client.expectEnd();
      client.close();
    }
  });
});
