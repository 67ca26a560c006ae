/** The demonstration on a platform without all models, and the errors of its server. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { demonstrate, sectionsOf } from '../../src/demo/demo.js';
import { DemoServer } from '../../src/demo/server.js';
// The servers write no coverage.
import '../support/environment.js';

describe('the demonstration', { timeout: 60_000 }, () => {
  const offLinux = {
    shown: [] as Awaited<ReturnType<typeof demonstrate>>,
    printed: [] as string[],
  };
  before(async () => {
    offLinux.shown = await demonstrate({
      maxPauseMs: 5,
      workMs: 200,
      colours: false,
      print: (line) => Promise.resolve(void offLinux.printed.push(line)),
      platform: 'darwin',
    });
  });

  it('off Linux shows two models, and prints a line each with the reason for leaving out the others', () => {
    const models = offLinux.shown.map((act) =>
      act.models.map(({ section }) => section.timeline.model),
    );
    assert.deepEqual(models, [
      ['iterative', 'event-loop'],
      ['iterative', 'event-loop'],
    ]);
    const named = offLinux.printed.filter((line) => line.includes('left out'));
    assert.deepEqual(
      named,
      ['thread-per-client', 'worker-event-loops'].map(
        (model) => `${model}: left out, because ${model} needs Linux\n`,
      ),
    );
  });

  it('sums up each act in a sentence from its numbers, above the first model of the act', () => {
    const two = String.raw`[\d.]+ m?s under iterative and [\d.]+ m?s under event-loop`;
    const [first, second] = offLinux.shown;
    assert.match(first?.sentence ?? '', new RegExp(`^All 4 clients were served after ${two}\\.$`));
    assert.match(
      second?.sentence ?? '',
      new RegExp(`^Client A computed for [\\d.]+ m?s; another client waited up to ${two}\\.$`),
    );
    assert.deepEqual(
      sectionsOf(offLinux.shown).map(({ heading }) => heading?.title),
      [first?.title, undefined, second?.title, undefined],
    );
  });

  it('has one client hold the event loop in its second act, while others wait', () => {
    const [, act] = offLinux.shown;
    const eventLoop = act?.models.find(({ section }) => section.timeline.model === 'event-loop');
    assert.ok(eventLoop);
    assert.match(eventLoop.section.sentence, /client A held the loop longest/);
    assert.match(eventLoop.section.sentence, /waited up to .* (in the backlog|for the loop)/);
  });

  it('passes on a server’s error message without the program’s name', async () => {
    await assert.rejects(DemoServer.start(['serve', 'ecko']), {
      name: 'StartError',
      message: /^there is no service "ecko"; [^\n]*$/,
    });
  });
});
