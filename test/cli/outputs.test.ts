/**
 * Outputs that cannot be written: one line and status 1, wherever the output goes. A reader that
 * closes the pipe gets no line at all.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runHandoff, temporaryDirectory } from '../support/handoff.js';
import { contenderOf, fileOf } from '../support/bench/experiment-samples.js';
import { EVENT_LOOP } from '../support/timeline-logs.js';

const bounds = { timeout: 120_000, concurrency: 4 };

/** A log, two results files, and what is no folder for output. */
function folderWithInputs(t: Parameters<typeof temporaryDirectory>[0]) {
  const folder = temporaryDirectory(t);
  const results = fileOf([contenderOf('event-loop', [100, 101, 102])]);
  writeFileSync(join(folder, 'server.log'), `${EVENT_LOOP.join('\n')}\n`);
  writeFileSync(join(folder, 'run.json'), JSON.stringify(results));
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'folder.svg'));
  return folder;
}

describe('standard output that is full', bounds, () => {
  for (const args of [
    ['--help'],
    ['serve', '--help'],
    ['--version'],
    ['completion', 'bash'],
    ['services'],
    ['models'],
    ['explain'],
    ['explain', 'iterative'],
    ['lookup', '127.0.0.1'],
    ['new', 'mine.js'],
    ['timeline', 'server.log'],
    ['timeline', 'server.log', '-o', 'a.svg'],
    ['bench', 'compare', 'run.json', 'run.json'],
    ['bench', 'compare', 'run.json', 'run.json', '--json'],
    ['bench', 'report', 'run.json'],
  ]) {
    it(`is one line and status 1: handoff ${args.join(' ')}`, async (t) => {
      const cwd = folderWithInputs(t);
      const outcome = await runHandoff(t, args, { cwd, under: '1>/dev/full exec' });
      const stderr = 'handoff: cannot write standard output: no space left\n';
      assert.deepEqual(outcome, { status: 1, signal: null, stdout: '', stderr });
    });
  }
});

describe('a reader that closes the pipe at once', bounds, () => {
  for (const args of [['--help'], ['services'], ['explain', 'event-loop'], ['completion', 'zsh']]) {
    it(`gets no error: handoff ${args.join(' ')}`, async (t) => {
      const cwd = temporaryDirectory(t);
      const { stderr } = await runHandoff(t, args, { cwd, under: '1> >(true) exec' });
      assert.equal(stderr, '');
    });
  }
});

describe('a file that cannot be written or read', bounds, () => {
  const rows: readonly (readonly [args: string, complaint: string])[] = [
    ['timeline server.log -o none/a.svg', 'cannot write none/a.svg: there is no such directory'],
    ['timeline server.log -o folder.svg', 'cannot write folder.svg: it is a directory'],
    ['bench report run.json -o file', 'cannot write file: it is no directory'],
    ['bench report run.json -o file/x', 'cannot write file/x: it is no directory'],
    ['bench --scenario echo -o file', 'cannot write file: it is no directory'],
    ['bench --scenario echo -o /proc/x', 'cannot write /proc/x: there is no such directory'],
    ['demo -o file', 'cannot write file: it is no directory'],
    ['demo -o /proc/x/y', 'cannot write /proc/x/y: there is no such directory'],
    ['peer h --into file', 'cannot write file: it is no directory'],
    ['new none/mine.js', 'cannot write none/mine.js: there is no such directory'],
    ['new file/mine.js', 'cannot write file/mine.js: there is no such directory'],
    [
      'serve echo --port 0 --log-file /proc/x/log',
      'cannot write the log /proc/x/log: there is no such directory',
    ],
    [
      'serve web --port 0 --root /proc/x',
      'cannot serve --root /proc/x: there is no such directory',
    ],
    [
      'serve quiz --port 0 --store :memory: --questions /proc/x',
      'cannot use the questions in /proc/x: there is no such file',
    ],
    [
      'serve quiz --port 0 --store /proc/x/q',
      'cannot use the store /proc/x/q: there is no such directory',
    ],
    ['serve /proc', "cannot load /proc: it is a folder, not a service's file"],
  ];
  for (const [line, complaint] of rows) {
    it(`is one line and status 1: handoff ${line}`, async (t) => {
      const cwd = folderWithInputs(t);
      writeFileSync(join(cwd, 'myData.txt'), '');
      const { status, stdout, stderr } = await runHandoff(t, line.split(' '), { cwd });
      assert.deepEqual([status, stdout], [1, '']);
      assert.match(stderr, /^handoff: [^\n]+\n$/);
      assert.ok(stderr.startsWith(`handoff: ${complaint}`), stderr);
    });
  }
});
