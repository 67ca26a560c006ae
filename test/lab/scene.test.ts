/** The scene of the recording in a real lab: what was recorded shows what the models differ in. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { playScene, SETTINGS } from '../../src/lab/film/scene.js';
import { KINDS, type RowView } from '../../src/lab/protocol.js';
import { openLab } from '../support/lab.js';

const MODELS = ['iterative', 'event-loop', 'thread-per-client'];

it('the recording has ordinary clients and one that computes, in all rows, and ends without clients', async (t) => {
  const open = await openLab(MODELS, SETTINGS);
  t.after(() => open.close());
  const frames = await playScene(open.lab);
  const views = (model: string) =>
    frames.flatMap(({ rows }) => rows.filter((row) => row.model === model));
  const holds = ({ main }: RowView) => main.by.length > 0;
  for (const model of MODELS) {
    const all = views(model);
    assert.deepEqual([all[0]?.clients, all.at(-1)?.clients], [[], []], model);
    const kinds = new Set(all.flatMap(({ clients }) => clients.map(([, kind]) => KINDS[kind])));
    assert.deepEqual([...kinds].sort(), ['computing', 'steady', 'visitor'], model);
  }
  assert.ok(views('event-loop').some(holds), 'the client that computes holds the event loop');
  assert.ok(!views('thread-per-client').some(holds), 'and no loop if it has a thread');
  const times = frames.map(({ atMs }) => atMs);
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
  );
});
