/**
 * The table of a snapshot: its contents, its fit into a window, and the escaping of control
 * characters.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Snapshot } from '../../../src/admin/snapshot.js';
import type { ClientView } from '../../../src/serving/views.js';
import { tableOf, type Line, type WindowSize } from '../../../src/clients/watch/table.js';

const client = (connection: number, fields: Partial<ClientView> = {}): ClientView => ({
  connection,
  peer: `127.0.0.1:${50_000 + connection}`,
  state: 'recv',
  waitedMs: 0.5,
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
  main: { utilization: 0.25, overMs: 500 },
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
      'main     █████░░░░░░░░░░░░░░░ 25 % busy',
      'threads  3 of at most 64: 1 running, 1 waiting in recv, 1 free',
      'queue    ■ 1 of at most 4096, the first for 1.2 s',
      'clients  2 now, 5 served before, 9 accepted, 1 refused; ended: end 4, reset 1, refused 1',
      '',
      'thread  state            client peer                       in     out     for',
      '     1  waiting in recv      #6 127.0.0.1:50006         999 B  123 kB    1:01',
      '     2  free',
      '     3  running              #7 127.0.0.1:50007         999 B  123 kB    1:01',
      '        in the queue         #8 127.0.0.1:50008                         1.2 s',
    ]);
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
    assert.match(
      shown(base, undefined, 2_600).join('\n'),
      /^no answer for 2\.6 s: main thread unresponsive/m,
    );
  });

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
    const lines = shown({ ...base, threads }, { columns: 60, rows: 16 });
    assert.equal(lines.length, 16);
    assert.ok(lines.every((line) => line.length <= 60));
    const states = lines.slice(8).map((line) => line.slice(0, 24).trim());
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

function shown(snapshot: Snapshot, size?: WindowSize, lateMs?: number): string[] {
  return tableOf(snapshot, size, lateMs).map((line: Line) => line.map(({ text }) => text).join(''));
}
