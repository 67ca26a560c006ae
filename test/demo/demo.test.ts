/** The demonstration where not every model can be used, and its server's complaints. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { demonstrate } from '../../src/demo/demo.js';
import { DemoServer } from '../../src/demo/server.js';

describe('the demonstration', { timeout: 60_000 }, () => {
  it('off Linux shows two models and says in one line why the third is left out', async () => {
    const printed: string[] = [];
    const shown = await demonstrate({
      maxPauseMs: 5,
      colours: false,
      print: (line) => Promise.resolve(void printed.push(line)),
      platform: 'darwin',
    });
    const models = shown.map(({ section }) => section.timeline.model);
    assert.deepEqual(models, ['iterative', 'event-loop']);
    const named = printed.filter((line) => line.includes('thread-per-client'));
    assert.deepEqual(named, ['thread-per-client: left out, because thread-per-client needs Linux\n']);
  });

  it('passes on what a server complains of, without the name of the program that is put before it later', async () => {
    await assert.rejects(DemoServer.start(['serve', 'ecko']), {
      name: 'StartError',
      message: /^there is no service "ecko"; [^\n]*$/,
    });
  });
});
