/** The demonstration on a platform without all models, and the errors of its server. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { demonstrate } from '../../src/demo/demo.js';
import { DemoServer } from '../../src/demo/server.js';

describe('the demonstration', { timeout: 60_000 }, () => {
  it('shows two models off Linux and prints one line with the reason for leaving out the third', async () => {
    const printed: string[] = [];
    const shown = await demonstrate({
      maxPauseMs: 5,
      workMs: 50,
      colours: false,
      print: (line) => Promise.resolve(void printed.push(line)),
      platform: 'darwin',
    });
    const models = shown.map((act) => act.models.map(({ section }) => section.timeline.model));
    assert.deepEqual(models, [
      ['iterative', 'event-loop'],
      ['iterative', 'event-loop'],
    ]);
    const named = printed.filter((line) => line.includes('thread-per-client'));
    assert.deepEqual(named, [
      'thread-per-client: left out, because thread-per-client needs Linux\n',
    ]);
  });

  it('passes on a server’s error message without the program’s name', async () => {
    await assert.rejects(DemoServer.start(['serve', 'ecko']), {
      name: 'StartError',
      message: /^there is no service "ecko"; [^\n]*$/,
    });
  });
});
