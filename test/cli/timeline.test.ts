/** `handoff timeline` and `handoff demo` as processes, with the logs of servers. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { coverPrograms } from '../support/environment.js';
import { eventually } from '../support/eventually.js';
import { runHandoff, temporaryDirectory } from '../support/handoff.js';
import { noTerminal, openTerminal } from '../support/terminal.js';
import { COMPUTING, EVENT_LOOP, ITERATIVE } from '../support/timeline-logs.js';

coverPrograms();

const read = (folder: string, file: string) => readFileSync(join(folder, file), 'utf8');

describe('handoff timeline', { timeout: 60_000, concurrency: 2 }, () => {
  it('writes every requested format of the requested run, and prints the summary', async (t) => {
    const folder = temporaryDirectory(t);
    writeFileSync(
      join(folder, 'server.log'),
      `${[...ITERATIVE, ...EVENT_LOOP, 'torn'].join('\n')}\n`,
    );
    const args = [
      'timeline',
      '-o',
      'x.html',
      'server.log',
      '-o',
      'x.svg',
      '-o',
      'x.json',
      '--run',
      '1',
    ];
    const { status, stdout, stderr } = await runHandoff(t, args, { cwd: folder });
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /^count, iterative: 2 clients, one after the other on the main thread/);
    assert.match(stdout, /Run 1 of 2 in the log; process 7/);
    assert.match(stdout, /1 line of the log could not be read/);
    assert.match(read(folder, 'x.html'), /^<!doctype html>[^]*<svg [^]*<\/html>\n$/);
    assert.match(read(folder, 'x.svg'), /^<svg [^]*<\/svg>$/);
    assert.ok('traceEvents' in (JSON.parse(read(folder, 'x.json')) as object));
  });

  it('writes the page for a lecture hall on demand', async (t) => {
    const folder = temporaryDirectory(t);
    const options = { cwd: folder, input: COMPUTING.join('\n') };
    const args = ['timeline', '-', '-o', 'x.html', '--projector'];
    const { status, stderr } = await runHandoff(t, args, options);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(read(folder, 'x.html'), /<section class="step">/);
  });

  it('without -o, writes a page beside the log, again and again, and prints its path', async (t) => {
    const folder = temporaryDirectory(t);
    mkdirSync(join(folder, 'logs'));
    writeFileSync(join(folder, 'logs/server.log'), EVENT_LOOP.join('\n'));
    for (const options of [[], ['--projector'], []]) {
      const { status, stdout, stderr } = await runHandoff(
        t,
        ['timeline', 'logs/server.log', ...options],
        { cwd: folder },
      );
      assert.deepEqual([status, stderr], [0, '']);
      assert.match(stdout, /^count, event-loop: [^]*\nThe page: logs\/server\.html\n$/);
      assert.match(read(folder, 'logs/server.html'), /^<!doctype html>[^]*<svg [^]*<\/html>\n$/);
    }
    assert.deepEqual(readdirSync(join(folder, 'logs')), ['server.html', 'server.log']);
  });

  it('without -o, gives two logs of one name with unknown endings a page each', async (t) => {
    const folder = temporaryDirectory(t);
    for (const log of ['log.chat', 'log.count', 'log.ndjson']) {
      writeFileSync(join(folder, log), EVENT_LOOP.join('\n'));
      await runHandoff(t, ['timeline', log], { cwd: folder });
    }
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.html')),
      ['log.chat.html', 'log.count.html', 'log.html'],
    );
  });

  for (const [log, occupied, content] of [
    ['index.log', 'index.html', '<!doctype html>\n<title>My page</title>\n'],
    ['log.html', 'log.html.html', '<title>My page</title>\n'],
  ] as const) {
    it(`without -o, does not overwrite what it did not write: ${occupied} for ${log}`, async (t) => {
      const folder = temporaryDirectory(t);
      writeFileSync(join(folder, log), EVENT_LOOP.join('\n'));
      writeFileSync(join(folder, occupied), content);
      const { status, stdout, stderr } = await runHandoff(t, ['timeline', log], { cwd: folder });
      assert.match(stderr, new RegExp(`^handoff: ${occupied} exists and is not a timeline; .*\n$`));
      assert.deepEqual([status, stdout, read(folder, occupied)], [1, '', content]);
    });
  }

  it('reads standard input', async (t) => {
    const folder = temporaryDirectory(t);
    const options = { cwd: folder, input: EVENT_LOOP.join('\n') };
    const { status, stdout } = await runHandoff(t, ['timeline', '-', '-o', 'x.svg'], options);
    assert.equal(status, 0);
    assert.match(stdout, /^count, event-loop: 2 clients, all at once/);
  });

  it(
    'shows on a terminal how far it is, if that takes more than a second',
    {
      skip: noTerminal,
    },
    async (t) => {
      const terminal = openTerminal(t, [
        'timeline',
        '-',
        '-o',
        join(temporaryDirectory(t), 'x.svg'),
      ]);
      await eventually('the progress', () => {
        terminal.type('\n');
        return /reading \d+ bytes/.test(terminal.output()) || undefined;
      });
      terminal.type('\u0004');
      assert.equal((await terminal.exit()).status, 1);
    },
  );

  for (const [args, expected, wanted] of [
    [
      ['nowhere.log', '-o', 'x.svg'],
      /^handoff: cannot read nowhere.log: there is no such file\n$/,
      1,
    ],
    [
      ['x.log', '-o', 'x.png'],
      /^handoff: --output takes a file ending in .html, .svg or .json, not "x.png"\n$/,
      2,
    ],
    [['-'], /^handoff: a log from standard input needs -o, such as -o page.html\n$/, 2],
    [['nowhere.log'], /^handoff: cannot read nowhere.log: there is no such file\n$/, 1],
    [['-', '-o', 'x.svg'], /^handoff: this is not the log of a server: it is empty\n$/, 1],
    [
      ['-', '-o', 'x.svg', '--from', '5', '--to', '5'],
      /^handoff: --to 5 is not after --from 5\n$/,
      2,
    ],
  ] as const) {
    it(`reports an error in one line: ${args.join(' ')}`, async (t) => {
      const { status, stderr, stdout } = await runHandoff(t, ['timeline', ...args], {
        cwd: temporaryDirectory(t),
      });
      assert.match(stderr, expected);
      assert.deepEqual([status, stdout], [wanted, '']);
    });
  }
});

describe('handoff demo', { timeout: 60_000 }, () => {
  it('shows the clients one after the other, then interleaved, and leaves pictures and logs', async (t) => {
    const folder = temporaryDirectory(t);
    const { status, stdout, stderr } = await runHandoff(
      t,
      ['demo', '-o', 'out', '--max-pause', '20', '--work', '100', '--projector'],
      {
        cwd: folder,
      },
    );
    assert.deepEqual([status, stderr], [0, '']);
    assert.deepEqual(readdirSync(join(folder, 'out')).sort(), [
      ...['count-event-loop.log', 'count-iterative.log'],
      ...['count-thread-per-client.log', 'count-worker-event-loops.log'],
      ...['projector.html', 'timeline.html', 'timeline.svg', 'trace.json'],
      ...['work-event-loop.log', 'work-iterative.log'],
      ...['work-thread-per-client.log', 'work-worker-event-loops.log'],
    ]);
    const heard = stdout.match(/^ *\d+\.\d\d s +[A-D]\d+$/gm) ?? [];
    assert.equal(heard.length, 4 * 4 * 11);
    const order = heard.map((text) => text.replace(/^.* s +/, ''));
    const counted = (name: string) => Array.from({ length: 11 }, (_, count) => `${name}${count}`);
    assert.deepEqual(order.slice(0, 44), ['A', 'B', 'C', 'D'].flatMap(counted));
    assert.match(stdout, /4 clients, one after the other on the main thread;/);
    assert.match(stdout, /4 clients, .* on (the main thread|one client thread|\d threads);/);
    assert.doesNotMatch(stdout, /\u001b/);
    const time = String.raw`[\d.]+ m?s under`;
    const first = ['iterative', 'event-loop', 'thread-per-client'].map((name) => `${time} ${name}`);
    const times = `${first.join(', ')} and ${time} worker-event-loops`;
    assert.match(stdout, new RegExp(`All 4 clients were served after ${times}\\.$`, 'm'));
    assert.match(stdout, new RegExp(`; another client waited up to ${times}\\.$`, 'm'));
    const computed = stdout.match(/^ *\d+\.\d\d s +done \d+$/gm) ?? [];
    assert.equal(computed.length, 4 * (3 + 3 * 6));
    const replayed = await runHandoff(t, ['timeline', 'out/count-iterative.log', '-o', 'x.svg'], {
      cwd: folder,
    });
    assert.match(
      replayed.stdout,
      /^count, iterative: 4 clients, one after the other on the main thread/,
    );
  });
});
