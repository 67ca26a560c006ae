/** Document 002: the lecture's first clients, its counting threads, and the tasks 5.1 to 5.3. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isConcurrent } from '../support/models.js';
import { PythonClient, runClient, withDocument } from './python.js';
import { siteFolder } from './site.js';

withDocument('002', { service: 'greet' }, (server) => {
  it('send Hi Server, get the greeting, and read the end', async (t) => {
    assert.equal(await runClient(t, 'hello_world.py', [server.port]), "b'Hello in return!'\nb''\n");
  });
});

withDocument('002', { service: 'date' }, (server) => {
  it('get the time in their formats, on one connection', async (t) => {
    const printed = await runClient(t, 'date.py', [
      server.port,
      '%Y-%m-%d',
      '%H:%M:%S',
      'it is %A',
      '%f',
    ]);
    assert.match(printed, /^\d{4}-\d\d-\d\d\n\d\d:\d\d:\d\d\nit is [A-Z][a-z]+day\n\d{6}\n$/);
  });
});

withDocument('002', { service: 'count', options: { framing: 'chunk' } }, (server) => {
  it('count in two threads', async (t) => {
    const printed = (await runClient(t, 'count_function.py', [server.port])).split('\n');
    for (const name of ['A', 'B']) {
      const own = printed.filter((line) => line.startsWith(name));
      assert.deepEqual(
        own,
        Array.from({ length: 11 }, (_, count) => `${name}${count}`),
      );
    }
  });
});

withDocument('002', { service: 'web', options: { root: siteFolder() } }, (server) => {
  it('get an answer to the request of the lecture', async (t) => {
    assert.match(
      await runClient(t, 'http_snippet.py', [server.port]),
      /^HTTP\/1\.1 200 .*text\/html/s,
    );
  });
});

withDocument('002', { service: 'quiz' }, (server) => {
  it('play two questions and get their points and their rank', async (t) => {
    const printed = await runClient(t, 'quiz.py', [server.port, 'Natalia', 2]);
    assert.match(
      printed,
      /^QUESTION 1\/2 .*^QUESTION 2\/2 .*^SCORE [0-2]\/2$.*^RANK \d+ of \d+$/ms,
    );
  });
});

withDocument('002', { service: 'hangman' }, (server) => {
  it('guess letters until the word is found or lost', async (t) => {
    const printed = await runClient(t, 'hangman.py', [server.port]);
    assert.match(printed, /^WORD \d+\n((AT( \d+)+|MISS \d+)\n)*(WON|LOST) \S+\n$/);
  });
});

withDocument('002', { service: 'tictactoe' }, (server, model) => {
  if (!isConcurrent(model)) {
    // The next client is served when this one has gone, so there is no opponent.
    it('are welcomed by their names', async (t) => {
      const client = new PythonClient(t, 'tictactoe.py', [server.port, 'Ada']);
      await client.prints(/^Welcome Ada\n$/);
    });
    return;
  }

  it('play a game to its end', async (t) => {
    const carl = new PythonClient(t, 'tictactoe.py', [server.port, 'Carl', 1, 5, 9]);
    await carl.prints(/^Welcome Carl\n/);
    const dora = new PythonClient(t, 'tictactoe.py', [server.port, 'Dora', 2, 3]);
    const [his, hers] = await Promise.all([carl.end(), dora.end()]);
    for (const printed of [his, hers]) {
      const moves = printed.split('\n').filter((line) => /^(init|MOVE [XO]|GameEnd)/.test(line));
      const fields = ['MOVE X 1', 'MOVE O 2', 'MOVE X 5', 'MOVE O 3', 'MOVE X 9'];
      assert.match(moves[0] ?? '', /^init@\d+ Carl Dora$/);
      assert.deepEqual(moves.slice(1), [...fields, 'GameEnd X wins']);
    }
  });
});
