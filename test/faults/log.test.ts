/** What clients write into the log, and a log that cannot be written. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { connectClient } from '../support/client.js';
import { startHandoff, type ServerProcess } from '../support/handoff.js';

/** Characters that a terminal or an editor obeys: NEL, CSI, DEL, a mark, an override, isolates. */
const OBEYED = '\u0085\u009b\u007f\u061c\u200e\u202e\u2028\u2029\u2066';

describe('the log of hostile clients', { timeout: 60_000, concurrency: 2 }, () => {
  for (const model of MODEL_NAMES) {
    it(`has none of the characters that a terminal obeys, under ${model}`, async (t) => {
      const chat = await startRaw(t, ['chat', '--model', model]);
      await say(t, chat.server, `a${OBEYED}b\n`);
      await chat.server.log.next('closed');
      const collect = await startRaw(t, ['collect', '--model', model]);
      await say(t, collect.server, `a${OBEYED}b`);
      const { pieces } = await collect.server.log.next('collected');
      assert.match(JSON.stringify(pieces), /\u202e/);
      const web = await startRaw(t, ['web', '--log-requests', '--model', model]);
      await say(t, web.server, `GET /${encodeURIComponent(OBEYED)} HTTP/1.0\r\n\r\n`);
      await web.server.log.next('request');
      for (const { server, raw } of [chat, collect, web]) {
        await server.stop();
        for (const character of OBEYED) assert.ok(!raw().includes(character));
      }
    });
  }
});

/** A server, and its log as it was written. */
async function startRaw(t: TestContext, args: readonly string[]) {
  const server = await startHandoff(t, args);
  let text = '';
  server.log.onText((more) => (text += more));
  return { server, raw: () => text };
}

async function say(t: TestContext, server: ServerProcess, words: string): Promise<void> {
  const client = await connectClient(t, server);
  client.send(words);
  client.halfClose();
  await client.readToEnd();
}
