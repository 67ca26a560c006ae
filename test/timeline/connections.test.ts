/** Spans and lanes of fixed logs; the expected times are computed by hand. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Span } from '../../src/timeline/connections.js';
import { pickRun, readLines } from '../../src/timeline/read-log.js';
import { lanesOf } from '../../src/timeline/rows.js';
import { waitsOf } from '../../src/timeline/states.js';
import { summarize, totalMs } from '../../src/timeline/summary.js';
import * as logs from '../support/timeline-logs.js';

const brief = ({ connection, thread, acceptedMs, startedMs, endMs, reason }: Span) => [
  connection,
  thread,
  acceptedMs,
  startedMs,
  endMs,
  reason,
];

async function spansOf(lines: readonly string[], run?: number) {
  return (await logs.timelineFrom(lines, run)).spans.map(brief);
}

/** Returns rows as text: their segments with start and end in milliseconds. */
async function rowsOf(lines: readonly string[]) {
  return lanesOf(await logs.timelineFrom(lines)).map(({ name, rows }) => [
    name,
    ...rows.map((row) =>
      row
        .map(({ span, kind, fromMs, toMs }) => `${span.connection} ${kind} ${fromMs}-${toMs}`)
        .join(', '),
    ),
  ]);
}

describe('the timeline of a log', () => {
  it('names the reason of the log, also one that is new since version 0.1.0', async () => {
    const fields = { thread: 0, waitedMs: 0, servedMs: 300, reason: 'too long' };
    const spans = await spansOf([...logs.ITERATIVE.slice(0, 2), logs.closed(1, 400, fields)]);
    assert.deepEqual(spans, [[1, 0, 0, 0, 300, 'too long']]);
  });

  it('takes seconds for tens of thousands of clients that are open at once', async () => {
    const many = 40_000;
    const open = Array.from({ length: many }, (_, index) => logs.accepted(index + 1, index));
    const lines = [logs.listening('iterative'), ...open, logs.line('stopping', many)];
    const timeline = await logs.timelineFrom(lines);
    const [, waiting] = lanesOf(timeline);
    assert.deepEqual([waiting?.name, waiting?.rows.length], ['waiting', many - 1]);
  });

  it('starts each client of the iterative server when the previous one ends', async () => {
    assert.deepEqual(await spansOf(logs.ITERATIVE), [
      [1, 0, 0, 0.5, 300, 'end'],
      [2, 0, 50, 300, 600, 'end'],
    ]);
    assert.deepEqual(await rowsOf(logs.ITERATIVE), [
      ['main', '1 queue 0-0.5, 1 served 0.5-300', '2 queue 50-300, 2 served 300-600'],
    ]);
  });

  it('shows concurrent clients of the event loop in rows of their own', async () => {
    assert.deepEqual(await rowsOf(logs.EVENT_LOOP), [
      ['main', '1 served 0-300', '2 served 50-400'],
    ]);
  });

  it('has a lane for each thread, and one for clients that wait for a thread', async () => {
    assert.deepEqual(await rowsOf(logs.THREADS), [
      ['main'],
      ['waiting', '3 queue 100-300'],
      ['refused', '4 refused 110-115'],
      ['thread 1', '1 ready 0-50, 1 served 50-300, 3 served 300-500'],
      ['thread 2', '2 ready 0-60, 2 served 60-400'],
    ]);
    const { threads, spans } = await logs.timelineFrom(logs.THREADS);
    assert.deepEqual(threads, [
      { thread: 1, threadInLog: 1, startedMs: 50, lostMs: undefined },
      { thread: 2, threadInLog: 2, startedMs: 60, lostMs: 400 },
    ]);
    assert.deepEqual(spans.map(brief).at(-1), [4, 'none', 110, undefined, 115, 'refused']);
  });

  it('keeps the messages of a connection within its service', async () => {
    const { spans } = await logs.timelineFrom(logs.ITERATIVE);
    assert.deepEqual(
      spans.map(({ receivedMs, sentMs }) => [receivedMs, sentMs]),
      [
        [[1], [200]],
        [[300], []],
      ],
    );
  });

  it('starts a thread’s next client when the previous one ends, despite truncated times', async () => {
    const fields = { model: 'thread-per-client', thread: 1, waitedMs: 0 };
    const lines = [
      logs.closed(1, 100, { ...fields, servedMs: 100 }),
      logs.closed(2, 200, { ...fields, servedMs: 100.7 }),
    ];
    assert.deepEqual(await rowsOf(lines), [
      ['main'],
      ['thread 1', '1 served 0-100, 2 served 100-200.7'],
    ]);
  });

  it('gives a worker a row for each client that it serves at the same time', async () => {
    const fields = { model: 'worker-event-loops', waitedMs: 1, queuedMs: 1 };
    const lines = [
      logs.listening('worker-event-loops'),
      logs.closed(1, 100, { ...fields, thread: 3, servedMs: 99 }),
      logs.closed(2, 101, { ...fields, thread: 3, servedMs: 99 }),
      logs.closed(3, 150, { ...fields, thread: 2, servedMs: 99 }),
      logs.closed(4, 250, { ...fields, thread: 3, servedMs: 99 }),
    ];
    assert.deepEqual(await rowsOf(lines), [
      ['main'],
      [
        'thread 1',
        '1 queue 0-1, 1 served 1-100, 4 queue 150-151, 4 served 151-250',
        '2 queue 1-2, 2 served 2-101',
      ],
      ['thread 2', '3 queue 50-51, 3 served 51-150'],
    ]);
  });

  it('gives a thread a second row if a clock that was set back makes its clients overlap', async () => {
    const fields = { model: 'thread-per-client', thread: 1, waitedMs: 0 };
    const lines = [
      logs.closed(1, 100, { ...fields, servedMs: 100 }),
      logs.closed(2, 150, { ...fields, servedMs: 100 }),
      logs.closed(3, 250, { ...fields, servedMs: 100 }),
    ];
    assert.deepEqual(await rowsOf(lines), [
      ['main'],
      ['thread 1', '1 served 0-100, 3 served 150-250', '2 served 50-150'],
    ]);
  });
});

describe('a connection that is open when the log ends', () => {
  it('is served by the event loop since it was accepted', async () => {
    const lines = [...logs.EVENT_LOOP, logs.accepted(3, 450), logs.line('stopping', 900)];
    assert.deepEqual((await spansOf(lines)).at(-1), [3, 0, 350, 350, 800, undefined]);
  });

  it('is served by the iterative server if all earlier clients have ended, and waits otherwise', async () => {
    const lines = [
      ...logs.ITERATIVE.slice(0, 7),
      logs.accepted(3, 350),
      logs.line('stopping', 900),
    ];
    assert.deepEqual((await spansOf(lines)).slice(1), [
      [2, 0, 50, 300, 800, undefined],
      [3, 'none', 250, undefined, 800, undefined],
    ]);
  });

  it('is on the thread that its messages name, from the time when that thread was free', async () => {
    const { line, accepted } = logs;
    const lines = [
      ...logs.THREADS,
      accepted(5, 550),
      line('received', 800, { connection: 5, thread: 1, bytes: 1 }),
    ];
    assert.deepEqual((await spansOf(lines)).at(-1), [5, 1, 450, 500, 700, undefined]);
  });

  it('is neither served nor waiting if the log does not say', async () => {
    const queued = logs.line('queued', 560, { connection: 6, ahead: 0 });
    const lines = [...logs.THREADS, logs.accepted(5, 550), logs.accepted(6, 560), queued];
    assert.deepEqual((await rowsOf(lines)).at(-1), [
      'thread ?',
      '5 served 450-500',
      '6 unknown 460-500',
    ]);
  });
});

describe('a log of several runs', () => {
  const older = [...logs.THREADS];
  const newer = [
    logs.listening('iterative', 5000, 9),
    logs.closed(1, 5200, { thread: 0, waitedMs: 0, servedMs: 100 }, 9),
  ];

  it('gives the last run, or the requested one', async () => {
    assert.deepEqual(await spansOf([...older, ...newer]), [[1, 0, 0, 0, 100, 'end']]);
    assert.equal((await spansOf([...older, ...newer], 1)).length, 4);
    await assert.rejects(
      spansOf([...older, ...newer], 3),
      /there is no run 3 in the log, only 1 to 2/,
    );
  });

  it('separates runs with the same process id, as in a container', async () => {
    for (const end of [logs.ITERATIVE, logs.ITERATIVE.slice(0, -2)]) {
      const { runs } = await readLines([...end, ...logs.EVENT_LOOP]);
      assert.deepEqual(
        runs.map(({ model }) => model),
        ['iterative', 'event-loop'],
      );
    }
  });

  it('separates two servers that write to one file at the same time', async () => {
    const both = logs.ITERATIVE.flatMap((text, index) => [text, newer[index] ?? '']);
    const { runs, foreignLines } = await readLines(both);
    assert.deepEqual(
      runs.map(({ pid, connections }) => [pid, connections.size]),
      [
        [7, 2],
        [9, 1],
      ],
    );
    assert.equal(foreignLines, 0);
  });
});

describe('a damaged log', () => {
  it('loses only its torn and foreign lines, which are counted', async () => {
    const torn = logs.accepted(9, 700).slice(0, 30);
    const damage = ['npm warn something', '{"msg":"no time"}', 'null', '[1]', torn, ''];
    const log = await readLines([...damage, ...logs.ITERATIVE, ...damage]);
    assert.equal(log.foreignLines, 10);
    assert.equal(pickRun(log, undefined).connections.size, 2);
  });

  it('keeps the line that follows a torn one without a newline', async () => {
    const lines = [...logs.ITERATIVE];
    lines[6] = logs.line('sending', 350, { connection: 1 }).slice(0, 25) + (lines[6] ?? '');
    assert.deepEqual(await spansOf(lines), await spansOf(logs.ITERATIVE));
  });

  it('is rejected with a message of one line if it has no log lines', async () => {
    await assert.rejects(
      spansOf(['[12:00] INFO: listening']),
      /not the log of a server: it has no log lines/,
    );
    await assert.rejects(spansOf([]), /it is empty/);
  });
});

describe('the waits of a client', () => {
  it('begin when it arrives, and are told apart', async () => {
    const fields = { model: 'thread-per-client', thread: 1, waitedMs: 70, queuedMs: 20 };
    const lines = [
      logs.told(1, 1000, { ...fields, backlogMs: 30, threadStartMs: 50, servedMs: 500 }),
    ];
    assert.deepEqual(await rowsOf(lines), [
      ['main'],
      ['thread 1', '1 backlog 0-30, 1 queue 30-50, 1 ready 50-100, 1 served 100-600'],
    ]);
  });

  it('do not include the time that a refused client takes to hang up, in old logs either', async () => {
    const refused = { model: 'thread-per-client', reason: 'refused', servedMs: 0 };
    for (const waitedMs of [800, 0]) {
      const timeline = await logs.timelineFrom([
        logs.accepted(1, 100),
        logs.line('refused', 100, { connection: 1, waiting: 1 }),
        logs.closed(1, 900, { ...refused, waitedMs }),
      ]);
      const [span] = timeline.spans;
      assert.ok(span);
      assert.deepEqual([span.acceptedMs, span.endMs], [0, 800]);
      assert.equal(totalMs(waitsOf(span)), 0);
      assert.equal(summarize(timeline), '1 client, none of them served; 1 refused.');
    }
  });
});

describe('the threads of a timeline', () => {
  it('are numbered in the order in which they first serve a client', async () => {
    const fields = { model: 'thread-per-client', waitedMs: 0, servedMs: 100 };
    const lines = [
      ...[1, 2, 3].map((thread) => logs.line('thread started', 0, { thread, threads: 3 })),
      logs.closed(1, 200, { ...fields, thread: 3 }),
      logs.closed(2, 210, { ...fields, thread: 1 }),
    ];
    const { threads, spans } = await logs.timelineFrom(lines);
    assert.deepEqual(
      spans.map(({ connection, thread }) => [connection, thread]),
      [
        [1, 1],
        [2, 2],
      ],
    );
    assert.deepEqual(
      threads.map(({ thread, threadInLog }) => [thread, threadInLog]),
      [
        [1, 3],
        [2, 1],
        [3, 2],
      ],
    );
  });
});

describe('the summary of a timeline', () => {
  for (const [name, lines, sentence] of [
    [
      'iterative',
      logs.ITERATIVE,
      '2 clients, one after the other on the main thread; clients waited up to 250 ms in the queue.',
    ],
    [
      'event-loop',
      logs.EVENT_LOOP,
      '2 clients, all at once on the main thread; no client waited for 10 ms in the queue or for a thread; the log does not say more.',
    ],
    [
      'thread-per-client',
      logs.THREADS,
      '3 clients served, up to 2 at once on 2 threads; clients waited up to 200 ms in the queue and 60 ms for a thread; 1 refused.',
    ],
    [
      'computing',
      logs.COMPUTING,
      '3 clients, up to 2 at once on the main thread; clients waited up to 980 ms in the backlog and 1.00 s for the loop; #1 held the loop longest, for 1.00 s.',
    ],
    [
      'without a wait',
      [logs.told(1, 900, { servedMs: 800, waitedMs: 0.2, queuedMs: 0.2, backlogMs: 4 })],
      '1 client, on the main thread; no client waited for 10 ms.',
    ],
    [
      'without a backlog that the system tells',
      [logs.told(1, 900, { servedMs: 800, backlogMs: undefined })],
      '1 client, on the main thread; no client waited for 10 ms after it was accepted.',
    ],
    [
      'open',
      [...logs.EVENT_LOOP, logs.accepted(3, 450)],
      '3 clients, up to 2 at once on the main thread; no client waited for 10 ms in the queue or for a thread; the log does not say more; 1 still open when the log ends.',
    ],
  ] as const) {
    it(`describes the clients: ${name}`, async () => {
      assert.equal(summarize(await logs.timelineFrom(lines)), sentence);
    });
  }
});
