/**
 * hangman over a stream: whole games, messages that are no guess, and clients that leave in
 * mid-game.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { WORDS } from '../../src/services/games/words.js';
import { connectClient } from '../support/client.js';
import { askOver, lose, win, wrongWord } from '../support/hangman.js';
import { isConcurrent, underEveryModel } from '../support/models.js';
import { sharedServer } from '../support/server.js';

underEveryModel('hangman', (model) => {
  const server = sharedServer({ service: 'hangman', model });

  it('can be won and lost, one game after the other on one connection', async (t) => {
    const client = await connectClient(t, server);
    const ask = askOver(client);
    for (const play of [win, lose, win]) assert.ok(WORDS.includes(await play(ask)));
    await client.exchange('QUIT\n', 'BYE\n');
    await client.expectEnd();
  });

  it('accepts messages byte by byte, in any case, with either line end', async (t) => {
    const client = await connectClient(t, server);
    await client.sendOneByOne('play\r\n');
    const length = Number(/^WORD (\d+)$/.exec(await client.readLine())?.[1]);
    const blank = `${Array<string>(length).fill('_').join(' ')}\n`;
    await client.sendOneByOne(`${wrongWord(0, length).toUpperCase()}\r\n${wrongWord(0, length)}\n`);
    await client.expect(`MISS 7\n${blank}REPEATED ${wrongWord(0, length)}\n${blank}`);
    await client.sendOneByOne('Quit\r\n');
    await client.expect('BYE\n');
    await client.expectEnd();
  });

  it('answers several messages in one write in their order, up to QUIT', async (t) => {
    const client = await connectClient(t, server);
    client.send('e\nPLAY\n?\nQUIT\nPLAY\n');
    await client.expect('ERR no game is going on: PLAY begins one, QUIT leaves\n');
    assert.match(await client.readLine(), /^WORD \d+$/);
    await client.expect('ERR expected a letter a-z, the whole word, PLAY or QUIT\nBYE\n');
    await client.expectEnd();
  });

  it('answers a message that is no guess with one line of ERR, at no cost', async (t) => {
    const client = await connectClient(t, server);
    client.send('PLAY\n');
    const length = Number(/^WORD (\d+)$/.exec(await client.readLine())?.[1]);
    for (const nonsense of [
      '',
      '1',
      '\0',
      'a b',
      'ab',
      'а',
      '\u202ee',
      '\x1b[2J',
      'x'.repeat(4096),
    ]) {
      client.send(`${nonsense}\n`);
      assert.match(await client.readLine(), /^ERR [ -~]+$/);
    }
    client.send(Buffer.of(0xff, 0xfe, 0x80, 0x0a));
    assert.match(await client.readLine(), /^ERR [ -~]+$/);
    client.send(`${wrongWord(0, length)}\n`);
    assert.equal(await client.readLine(), 'MISS 7');
  });

  it('refuses a line over 4,096 bytes and closes', async (t) => {
    const client = await connectClient(t, server);
    client.send(`${'x'.repeat(4097)}\n`);
    await client.expect('ERR line too long\n');
    await client.expectEnd();
  });

  it('drops the game of a client that disconnects', async (t) => {
    const rude = await connectClient(t, server);
    rude.send('PLAY\n');
    assert.match(await rude.readLine(), /^WORD/);
    rude.send('e');
    rude.reset();
    const next = await connectClient(t, server);
    await next.exchange('e\n', 'ERR no game is going on: PLAY begins one, QUIT leaves\n');
    assert.ok(WORDS.includes(await win(askOver(next))));
    next.halfClose();
    await next.expectEnd();
  });

  if (isConcurrent(model)) {
    it('plays a separate game with each client', async (t) => {
      const clients = [await connectClient(t, server), await connectClient(t, server)];
      const played = await Promise.all(clients.map((client) => win(askOver(client))));
      for (const word of played) assert.ok(WORDS.includes(word));
    });
  }
});

underEveryModel('hangman --framing chunk', (model) => {
  const server = sharedServer({ service: 'hangman', model, options: { framing: 'chunk' } });

  it('treats a chunk as a message', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('e', 'ERR no game is going on: PLAY begins one, QUIT leaves\n');
    client.send('PLAY');
    assert.match(await client.readLine(), /^WORD \d+$/);
    await client.exchange('QUIT', 'BYE\n');
    await client.expectEnd();
  });
});
