/** The sentences that say what happens in a row, from rows as the lab makes them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sentenceOf } from '../../src/lab/rows/sentence.js';
import {
  KINDS,
  STAGES,
  type ClientView,
  type Kind,
  type RowView,
  type Stage,
} from '../../src/lab/protocol.js';

const NOW_MS = 10_000;

function client(id: number, kind: Kind, stage: Stage, sinceMs = 0): ClientView {
  return [id, KINDS.indexOf(kind), STAGES.indexOf(stage), stage === 'thread' ? id + 1 : 0, sinceMs];
}

const row = {
  model: 'event-loop',
  phase: 'up',
  clients: [],
  main: { doing: 'turning', sinceMs: 0, by: [] },
  threads: [],
  ended: { done: 0, refused: 0, lost: 0 },
} as const satisfies Partial<RowView>;

describe("a row's sentence", () => {
  it('says that there is no client', () => {
    assert.equal(sentenceOf(row, NOW_MS), 'No client is connected.');
  });

  it('says how the last client ended, while that is still shown', () => {
    for (const [stage, sentence] of [
      ['done', 'The last client has just left.'],
      ['refused', 'The last client was refused.'],
      ['lost', 'The last client has lost its connection.'],
    ] as const) {
      const clients = [client(3, 'visitor', 'done'), client(1, 'visitor', stage)];
      assert.equal(sentenceOf({ ...row, clients }, NOW_MS), sentence);
    }
  });

  it('does not count clients whose connection is over', () => {
    const clients = [
      ...[client(1, 'steady', 'main'), client(2, 'visitor', 'done'), client(3, 'steady', 'lost')],
    ];
    assert.match(sentenceOf({ ...row, clients }, NOW_MS), /^1 client is connected/);
  });

  it('names the client that computes on main, and counts those that wait for it', () => {
    const clients = [
      client(1, 'steady', 'main', NOW_MS - 700),
      client(2, 'visitor', 'backlog', NOW_MS - 300),
      client(3, 'computing', 'main', NOW_MS - 900),
    ];
    const main = { doing: 'computing', sinceMs: NOW_MS - 900, by: [3] } as const;
    assert.equal(
      sentenceOf({ ...row, clients, main }, NOW_MS),
      "Client 3 computes and holds main's loop. 2 clients wait, the longest for 0.7 s: " +
        "1 in the kernel's accept queue, 1 on main's loop.",
    );
  });

  it('names several that may compute, since it cannot know which of them does', () => {
    const main = { doing: 'computing', sinceMs: NOW_MS - 900, by: [3, 4, 5, 6, 7] } as const;
    assert.match(sentenceOf({ ...row, main }, NOW_MS), /^Clients 3, 4, 5 and 2 more compute/);
  });

  it('names the client of an iterative server, if others wait for it', () => {
    const silent = client(1, 'silent', 'main');
    const waiting = client(2, 'visitor', 'queue', NOW_MS - 2000);
    const iterative = { ...row, model: 'iterative' };
    assert.equal(
      sentenceOf({ ...iterative, clients: [silent, waiting] }, NOW_MS),
      'Client 1 has the server: it says nothing. 1 client waits, the longest for 2.0 s: ' +
        '1 in the admission queue.',
    );
    assert.equal(
      sentenceOf({ ...iterative, clients: [silent] }, NOW_MS),
      '1 client is connected; none waits longer than 0.2 s.',
    );
  });

  it('says that a client computes or sleeps, and that no other client waits for it', () => {
    const alone = [client(1, 'steady', 'thread'), client(2, 'computing', 'thread', NOW_MS - 900)];
    assert.equal(
      sentenceOf({ ...row, model: 'thread-per-client', clients: alone }, NOW_MS),
      'Client 2 computes on a thread of its own. No other client waits longer than 0.2 s.',
    );
    const loop = [client(1, 'steady', 'main'), client(2, 'sleeping', 'main', NOW_MS - 900)];
    assert.equal(
      sentenceOf({ ...row, clients: loop }, NOW_MS),
      'Client 2 sleeps, which holds no loop. No other client waits longer than 0.2 s.',
    );
    const shared = [client(1, 'steady', 'thread'), client(1, 'computing', 'thread')];
    assert.equal(
      sentenceOf({ ...row, model: 'worker-event-loops', clients: shared }, NOW_MS),
      'Client 1 computes on thread 2. No other client waits longer than 0.2 s.',
    );
  });

  it('says which clients hold the threads, if clients are queued for them', () => {
    const clients = [
      client(1, 'silent', 'thread'),
      client(2, 'sleeping', 'thread'),
      client(3, 'visitor', 'queue', NOW_MS - 500),
    ];
    const threads: RowView['threads'] = [
      [2, 'recv', 1],
      [3, 'await', 2],
    ];
    assert.match(
      sentenceOf({ ...row, model: 'thread-per-client', clients, threads }, NOW_MS),
      /^All 2 threads have a client: 1 silent, 1 sleeping\. 1 client waits/,
    );
  });

  it('names the client that computes on a thread with several clients', () => {
    const clients: ClientView[] = [
      [1, KINDS.indexOf('computing'), STAGES.indexOf('thread'), 4, NOW_MS - 900],
      [2, KINDS.indexOf('steady'), STAGES.indexOf('thread'), 4, NOW_MS - 600],
      [3, KINDS.indexOf('steady'), STAGES.indexOf('thread'), 5, 0],
    ];
    const threads: RowView['threads'] = [
      [4, 'running', 1],
      [5, 'await', 3],
    ];
    assert.equal(
      sentenceOf({ ...row, model: 'worker-event-loops', clients, threads }, NOW_MS),
      'Client 1 computes on thread 4, whose other clients wait. 1 client waits, the longest for ' +
        '0.6 s: 1 on a thread.',
    );
  });

  it('says why main computes without a client, and how long a second takes on a busy machine', () => {
    const left = { doing: 'computing', sinceMs: NOW_MS - 900, by: [] } as const;
    assert.match(
      sentenceOf({ ...row, main: left }, NOW_MS),
      /^Main's loop computes for a client that has left/,
    );
    const slow = { doing: 'computing', sinceMs: NOW_MS - 4500, by: [3] } as const;
    assert.match(
      sentenceOf({ ...row, main: slow }, NOW_MS),
      /^Client 3 computes and holds main's loop, for 4\.5 s: the cores are busy\./,
    );
  });

  it('says that a process is stopped, and that a server is dead', () => {
    assert.match(sentenceOf({ ...row, phase: 'paused' }, NOW_MS), /^The process is stopped/);
    assert.match(sentenceOf({ ...row, phase: 'dead' }, NOW_MS), /^The server is dead/);
  });

  it('says that a thread has died', () => {
    assert.match(sentenceOf(row, NOW_MS, true), /^A thread died, and its clients with it/);
  });
});
