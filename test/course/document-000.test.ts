/** Document 000: the capitalizing server (exercise 1.1) and the chat-room (exercise 1.2). */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isConcurrent } from '../support/models.js';
import { PythonClient, runClient, withDocument } from './python.js';

withDocument('000', { service: 'capitalize' }, (server) => {
  it('get their messages back in capitals', async (t) => {
    const printed = await runClient(t, 'capitalize.py', [
      server.port,
      'hello',
      'How are you?',
      'straße',
    ]);
    assert.equal(printed, 'HELLO\nHOW ARE YOU?\nSTRASSE\n');
  });
});

withDocument('000', { service: 'chat', options: { framing: 'chunk' } }, (server, model) => {
  if (!isConcurrent(model)) {
    // The next client is served when this one has gone, so this one is alone.
    it('are asked for their identification and welcomed by it', async (t) => {
      const alice = new PythonClient(t, 'chat_exercise.py', [server.port]);
      alice.type('alice');
      await alice.prints(/alice/);
      await alice.end();
    });
    return;
  }

  it('receive each other’s arrivals and messages', async (t) => {
    const carol = new PythonClient(t, 'chat_exercise.py', [server.port]);
    carol.type('carol');
    await carol.prints(/carol/);
    const dave = new PythonClient(t, 'chat_exercise.py', [server.port]);
    dave.type('dave');
    await dave.prints(/dave/);
    await carol.prints(/^\* dave joined \(2 here\)$/m);
    carol.type('hi');
    await dave.prints(/^carol: hi$/m);
    dave.type('hello, carol');
    await carol.prints(/^dave: hello, carol$/m);
    await dave.end();
    await carol.prints(/^\* dave left$/m);
    assert.doesNotMatch(await carol.end(), /^carol: hi$/m);
  });
});
