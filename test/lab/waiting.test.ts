/** Which clients count as waiting, and which threads as computing. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KINDS, STAGES, type ClientView, type Kind, type Stage } from '../../src/lab/protocol.js';
import { Runners } from '../../src/lab/rows/runners.js';
import { isWaiting, waitsLong } from '../../src/lab/waiting.js';

function client(kind: Kind, stage: Stage, sinceMs = 1000): ClientView {
  return [1, KINDS.indexOf(kind), STAGES.indexOf(stage), 0, sinceMs];
}

describe('a client', () => {
  it('waits while its short request has no answer, wherever it is', () => {
    for (const stage of ['away', 'backlog', 'main', 'queue', 'thread'] as const)
      assert.ok(isWaiting(client('visitor', stage)));
    assert.ok(!isWaiting(client('visitor', 'thread', 0)));
  });

  it('waits with a long request only until that is served', () => {
    for (const kind of ['computing', 'sleeping', 'killer', 'listener'] as const) {
      assert.ok(isWaiting(client(kind, 'queue')));
      assert.ok(!isWaiting(client(kind, 'thread')));
      assert.ok(!isWaiting(client(kind, 'done')));
    }
  });

  it('waits long from 0.2 s on', () => {
    assert.ok(!waitsLong(client('steady', 'main'), 1199));
    assert.ok(waitsLong(client('steady', 'main'), 1200));
  });
});

describe('a thread', () => {
  const snapshot = (...running: readonly number[]) => ({
    threads: {
      count: running.length,
      first: running.map((thread) => ({ thread, state: 'running' as const })),
      states: {},
    },
  });

  it('computes when it runs in two snapshots, one after the other', () => {
    const runners = new Runners();
    runners.onSnapshot(snapshot(3));
    assert.ok(!runners.has(3));
    runners.onSnapshot(snapshot(3, 4));
    assert.ok(runners.has(3));
    assert.ok(!runners.has(4));
    runners.onSnapshot(snapshot());
    runners.onSnapshot(snapshot(3));
    assert.ok(!runners.has(3));
  });
});
