/** Rotation of the log file by renaming it, with lines of several threads. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openLog, openThreadLog, reopenLogs, sharedLogSettings } from '../../src/log/log.js';
import { writeGatheredLines } from '../../src/log/turn-writer.js';
import { temporaryDirectory } from '../support/handoff.js';

describe('the log file', () => {
  it('is refused, and not waited for, when it is a FIFO without a reader', (t) => {
    const file = join(temporaryDirectory(t), 'fifo');
    spawnSync('mkfifo', [file]);
    const settings = { level: 'info', file, connections: true } as const;
    assert.throws(
      () => openLog(settings, {}, () => undefined),
      /cannot write the log .*fifo: no program reads from it$/,
    );
  });

  it('may be renamed: after reopenLogs all destinations go on in a new one, and no line is lost', (t) => {
    const folder = temporaryDirectory(t);
    const file = join(folder, 'log');
    const settings = { level: 'info', file, connections: true } as const;
    const shared = sharedLogSettings(settings);
    const logs = [
      openLog(settings, {}, (error) => assert.ifError(error)),
      ...[1, 2].map((thread) => openThreadLog(shared, { thread })),
    ];
    let number = 0;
    const writeSome = () => {
      for (const log of logs) log.info({ number: number++ }, 'line');
    };
    writeSome();
    for (const rotation of [1, 2, 3]) {
      renameSync(file, `${file}.${rotation}`);
      writeSome();
      reopenLogs();
      writeSome();
    }
    writeGatheredLines();
    const numbersIn = (name: string) =>
      readFileSync(join(folder, name), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { number: number }).number);
    assert.deepEqual(readdirSync(folder).sort(), ['log', 'log.1', 'log.2', 'log.3']);
    const all = readdirSync(folder).flatMap(numbersIn);
    assert.deepEqual(
      all.sort((a, b) => a - b),
      Array.from({ length: number }, (_, index) => index),
    );
    assert.ok(numbersIn('log').length >= logs.length);
  });

  it('stays the old one, and no line is lost, when the new one cannot be opened', (t) => {
    const folder = temporaryDirectory(t);
    const [before, after] = [join(folder, 'before'), join(folder, 'after')];
    mkdirSync(before);
    const errors: string[] = [];
    const settings = { level: 'info', file: join(before, 'log'), connections: true } as const;
    const log = openLog(settings, {}, ({ message }) => errors.push(message));
    log.info('first');
    renameSync(before, after);
    reopenLogs();
    log.info('second');
    writeGatheredLines();
    assert.match(readFileSync(join(after, 'log'), 'utf8'), /"first".*\n.*"second"/);
    assert.match(errors.join(), /^ENOENT/);
    rmSync(after, { recursive: true });
  });
});
