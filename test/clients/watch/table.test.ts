/**
 * The table of a snapshot: its contents, its fit into a window, and the escaping of control
 * characters.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Snapshot } from '../../../src/admin/snapshot.js';
import type { ClientView } from '../../../src/serving/views.js';
import type { Silence } from '../../../src/clients/watch/silence.js';
import { Steadiness } from '../../../src/clients/watch/steadiness.js';
import { tableOf, type WindowSize } from '../../../src/clients/watch/table.js';

const client = (connection: number, fields: Partial<ClientView> = {}): ClientView => ({
  connection,
  peer: `127.0.0.1:${50_000 + connection}`,
  state: 'recv',
  waitedMs: 0.5,
  queuedMs: 0.4,
  servedMs: 61_000,
  bytesIn: 999,
  bytesOut: 123_456,
  ...fields,
});

const base: Snapshot = {
  format: 1,
  time: 0,
  service: 'echo',
  model: 'thread-per-client',
  pid: 7,
  address: '127.0.0.1:9000',
  uptimeMs: 3_787_000,
  stopping: false,
  limits: { threads: 64, queue: 4096, overflow: 'queue' },
  counts: { accepted: 9, refused: 1, served: 5, closed: { end: 4, reset: 1, refused: 1 } },
  main: { utilization: 0.25, overMs: 500, lagMs: 1.2 },
  queue: { count: 1, first: [{ connection: 8, peer: '127.0.0.1:50008', waitedMs: 1_250 }] },
  clients: {
    count: 2,
    first: [client(7, { thread: 3, state: 'running' }), client(6, { thread: 1 })],
  },
  threads: {
    count: 3,
    states: { running: 1, recv: 1, free: 1 },
    first: [
      { thread: 3, state: 'running', connection: 7 },
      { thread: 1, state: 'recv', connection: 6 },
      { thread: 2, state: 'free' },
    ],
  },
};

const { threads: withThreads, ...onMain } = base;

describe('the table of a snapshot', () => {
  it('shows threads by their numbers, each with its client, and then the queue', () => {
    assert.deepEqual(shown(base), [
      'echo  thread-per-client  127.0.0.1:9000  pid 7  up 1:03:07',
      '',
      'main     █████░░░░░░░░░░░░░░░ 25 % busy, lag 1 ms',
      'threads  3 of at most 64: 1 running, 1 waiting in recv, 1 free',
      'queue    ■ 1 of at most 4096, the first for 1.2 s',
      'clients  2 now, 5 served before, 9 accepted, 1 refused; ended: end 4, reset 1, refused 1',
      'the first client in the queue has waited 1.2 s',
      '',
      'thread  state            client peer                 in     out     for  queued',
      '     1  waiting in recv      #6 127.0.0.1:50006   999 B  123 kB    1:01    0 ms',
      '     2  free',
      '     3  running              #7 127.0.0.1:50007   999 B  123 kB    1:01    0 ms',
      '        in the queue         #8 127.0.0.1:50008                   1.2 s   1.2 s',
    ]);
  });

  it('shows where each client’s time went, in the columns that the window has room for', () => {
    const times = { computedMs: 1_500, loopWaitMs: 12.4, coreWaitMs: 700, backlogMs: 4 };
    const clients = { count: 1, first: [client(7, { thread: 3, ...times })] };
    const headings = (columns: number) => {
      const lines = shown({ ...base, clients }, { columns, rows: 30 });
      assert.ok(lines.every((line) => line.length <= columns));
      return lines
        .find((line) => line.startsWith('thread '))
        ?.split(/ {2,}| (?=peer|computed|core|loop|backlog)/);
    };
    const narrow = ['thread', 'state', 'client', 'in', 'out', 'for'];
    const wide = ['thread', 'state', 'client', 'peer', 'in', 'out', 'for'];
    assert.deepEqual(headings(60), narrow);
    assert.deepEqual(headings(79), wide);
    assert.deepEqual(headings(80), [...wide, 'computed']);
    assert.deepEqual(headings(90), [...wide, 'computed', 'loop wait']);
    const all = [...wide, 'computed', 'loop wait', 'core wait', 'queued', 'backlog'];
    assert.deepEqual(headings(200), all);
    assert.match(
      shown({ ...base, clients }).find((line) => line.includes('#7')) ?? '',
      / 1:01 +1\.5 s +12 ms +700 ms +0 ms +4 ms$/,
    );
  });

  it('shows what waits in the kernel beside an empty queue', () => {
    const empty = { ...base, queue: { count: 0, first: [] } };
    const lineOf = (backlog: NonNullable<Snapshot['backlog']>) =>
      shown({ ...empty, backlog }).find((line) => line.startsWith('backlog '));
    const limit = 4096;
    assert.equal(lineOf({ count: 0, limit, longestMs: 4 }), 'backlog  empty');
    assert.equal(
      lineOf({ count: 0, limit, longestMs: 1_240 }),
      'backlog  empty, the longest wait was 1.2 s',
    );
    assert.equal(lineOf({ count: 3, limit, longestMs: 0 }), 'backlog  ■■■ 3 of at most 4096');
    assert.deepEqual(warnings({ ...empty, backlog: { count: 3, limit, longestMs: 0 } }), [
      '3 clients wait in the backlog: main has not accepted them',
    ]);
  });

  it('says whose handler blocked main, for as long as that is news', () => {
    const blocked = (fields: object) => {
      const block = { blockedMs: 1_200, agoMs: 400, ...fields };
      const main = { ...base.main, blocked: block };
      return warnings({ ...base, queue: { count: 0, first: [] }, main });
    };
    assert.deepEqual(blocked({ connection: 3, heldMs: 1_190 }), [
      'main blocked for 1.2 s by connection 3, 0.4 s ago',
    ]);
    assert.deepEqual(blocked({ connection: 3, heldMs: 300 }), [
      'main blocked for 1.2 s (connection 3: 0.3 s), 0.4 s ago',
    ]);
    assert.deepEqual(blocked({}), ['main blocked for 1.2 s by no client (stopped?), 0.4 s ago']);
    assert.deepEqual(blocked({ agoMs: 60_000 }), []);
  });

  it('says which clients do not move, from one snapshot to the next', () => {
    const at = (uptimeMs: number, ...first: ClientView[]): Snapshot => ({
      ...base,
      uptimeMs,
      clients: { count: first.length, first },
    });
    const last = (...snapshots: Snapshot[]) => {
      const steadiness = new Steadiness();
      let steadyMs;
      for (const snapshot of snapshots) steadyMs = steadiness.note(snapshot);
      const [snapshot = base] = snapshots.slice(-1);
      return warnings(snapshot, undefined, { steadyMs: steadyMs ?? new Map() }).slice(1);
    };
    const stuck = client(5, { state: 'send' });
    assert.deepEqual(last(at(0, stuck)), []);
    assert.deepEqual(last(at(0, stuck), at(3_200, stuck)), [
      'client 5 does not read its answers, for 3.2 s now',
    ]);
    const slow = client(5, { state: 'send', bytesOut: 200_000 });
    assert.deepEqual(last(at(0, stuck), at(3_200, slow)), []);
    const all = [1, 2, 3, 4].map((id) => client(id, { state: 'send' }));
    assert.deepEqual(last(at(0, ...all), at(1_000, ...all)), [
      'clients 1, 2, 3 and 1 more do not read their answers',
    ]);
    const silent = [1, 2].map((id) => client(id));
    const said = last(at(0, ...silent), at(1_000, ...silent));
    assert.deepEqual(said, ['2 threads idle: silent clients; others are in the queue']);
  });

  it('shows main as the only thread if it serves all clients', () => {
    const clients = {
      count: 2,
      first: [client(1, { thread: 0 }), client(2, { thread: 0, state: 'await' })],
    };
    const lines = shown({ ...onMain, clients });
    assert.ok(!lines.some((line) => line.startsWith('threads')));
    assert.match(lines.at(-3) ?? '', /^ +main {2}waiting in recv +#1 /);
    assert.match(lines.at(-2) ?? '', /^ +main {2}awaiting +#2 /);
  });

  it('shows every state as a word in its own colour', () => {
    const spans = tableOf(base, undefined).flat();
    const styleOf = (word: string) => spans.findLast(({ text }) => text === word)?.style;
    const styles = ['running', 'waiting in recv', 'free', 'in the queue'].map(styleOf);
    assert.equal(new Set(styles).size, 4);
    assert.ok(!styles.includes(undefined));
  });

  it('shows part of a long queue, and its length', () => {
    const [line = ''] = shown({ ...base, queue: { ...base.queue, count: 1000 } }).filter((text) =>
      text.startsWith('queue'),
    );
    assert.equal(line, `queue    ${'■'.repeat(30)}… 1000 of at most 4096, the first for 1.2 s`);
  });

  it('says how long the server has been silent', () => {
    const silent = (fields: Partial<Silence>) => {
      const silence = { forMs: 2_600, main: 'unknown', backlog: undefined, ...fields } as const;
      return warnings(base, undefined, { silence }).slice(0, -1);
    };
    assert.deepEqual(silent({}), ['no answer for 2.6 s: main is blocked, or stopped']);
    assert.deepEqual(silent({ main: 'stopped', backlog: 0 }), [
      'no answer for 2.6 s: the process is stopped',
    ]);
    assert.deepEqual(silent({ main: 'computing', backlog: 1 }), [
      'no answer for 2.6 s: main is blocked, computing',
      '1 client waits in the backlog: main has not accepted it',
    ]);
  });

  for (const columns of [60, 80, 120, 200]) {
    it(`loses no number of its head at ${columns} columns`, () => {
      const blocked = { blockedMs: 1500, agoMs: 1000, connection: 7, heldMs: 700 };
      const full = { ...base, main: { ...base.main, blocked } };
      const lines = shown(full, { columns, rows: 40 });
      assert.ok(lines.every((line) => line.length <= columns));
      const head = lines
        .slice(
          0,
          lines.findIndex((line) => line.startsWith('thread ')),
        )
        .join(' ');
      const text = head.replace(/\s+/g, ' ');
      for (const line of shown(full).slice(0, 8))
        assert.ok(text.includes(line.replace(/\s+/g, ' ')), line);
      for (const heading of ['thread', 'state', 'client', 'for'])
        assert.ok(lines.some((line) => line.startsWith('thread ') && line.includes(heading)));
    });
  }

  it('fits its window: served and queued clients come first, and a line counts the rest', () => {
    const free = Array.from({ length: 60 }, (_, index) => ({
      thread: index + 4,
      state: 'free' as const,
    }));
    const threads = {
      count: 63,
      states: { running: 1, recv: 1, free: 61 },
      first: [...(withThreads?.first ?? []), ...free],
    };
    const lines = shown({ ...base, threads }, { columns: 60, rows: 19 });
    assert.equal(lines.length, 19);
    assert.ok(lines.every((line) => line.length <= 60));
    const states = lines.slice(11).map((line) => line.slice(0, 24).trim());
    assert.deepEqual(states, [
      '1  waiting in recv',
      '3  running',
      'in the queue',
      '2  free',
      '4  free',
      '5  free',
      '6  free',
      '… and 57 more: 57 withou',
    ]);
    for (const size of [
      { columns: 1, rows: 1 },
      { columns: 0, rows: 0 },
      { columns: 20, rows: 9 },
    ]) {
      assert.ok(shown(base, size).length <= size.rows);
    }
  });

  it('counts clients that the server did not list', () => {
    const lines = shown({ ...base, queue: { ...base.queue, count: 500 } });
    assert.equal(lines.at(-1), '… and 499 more: 499 in the queue');
  });

  it('escapes control characters', () => {
    const evil = '\x1b[2Jevil\n\u202e';
    const first = [client(1, { thread: 1, peer: evil, state: evil as 'recv' })];
    const snapshot = { ...base, service: evil, address: evil, clients: { count: 1, first } };
    const lines = shown({ ...snapshot, counts: { ...base.counts, closed: { [evil]: 1 } } });
    assert.doesNotMatch(lines.join(''), /[\x00-\x1f\u202e]/);
    assert.match(lines.join(''), /␛\[2Jevil␊<U\+202E>/);
  });
});

function shown(
  snapshot: Snapshot,
  size?: WindowSize,
  context?: Parameters<typeof tableOf>[2],
): string[] {
  return tableOf(snapshot, size, context).map((line) => line.map(({ text }) => text).join(''));
}

/** The lines between the summary and the table. */
function warnings(...given: Parameters<typeof shown>): string[] {
  const lines = shown(...given);
  const from = lines.findIndex((line) => line.startsWith('clients ')) + 1;
  return lines.slice(from, lines.indexOf('', from));
}
