/** Document 004: the chat whose clients are asked for their nickname by `Hii`. */
import { it } from 'node:test';
import { isConcurrent } from '../support/models.js';
import { PythonClient, withDocument } from './python.js';

withDocument('004', { service: 'chat', options: { dialect: 'hii' } }, (server, model) => {
  if (!isConcurrent(model)) {
    // The next client is served when this one has gone, so this one is alone.
    it('are asked for their nickname, connected, and get what they send', async (t) => {
      const alice = new PythonClient(t, 'hii_chat.py', [server.port]);
      alice.type('alice');
      await alice.prints(/Connected to the server!/);
      alice.type('anybody?');
      await alice.prints(/alice: anybody\?/);
      await alice.end();
    });
    return;
  }

  it('receive each other’s arrivals and all messages', async (t) => {
    const carol = new PythonClient(t, 'hii_chat.py', [server.port]);
    carol.type('carol');
    await carol.prints(/Connected to the server!/);
    const dave = new PythonClient(t, 'hii_chat.py', [server.port]);
    dave.type('dave');
    await dave.prints(/Connected to the server!/);
    await carol.prints(/dave joined the chat!/);
    carol.type('hello');
    for (const client of [carol, dave]) await client.prints(/carol: hello/);
    dave.type('hello yourself');
    for (const client of [carol, dave]) await client.prints(/dave: hello yourself/);
    await dave.end();
    await carol.prints(/dave left the chat!/);
    await carol.end();
  });
});
