/** The model of a server, inferred from what its clients see; and servers that hang or do not start. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Exercise } from '../../src/check/check.js';
import { chat } from '../../src/check/exercises/chat.js';
import { date } from '../../src/check/exercises/date.js';
import { echo } from '../../src/check/exercises/echo.js';
import { inferModel } from '../../src/check/model.js';
import {
  checked,
  pythonCommand,
  startedServer,
  withoutPython,
  withRequirements,
} from '../support/check.js';

const bounds = { timeout: 120_000, concurrency: 3, skip: withoutPython };

const MODELS: readonly (readonly [exercise: Exercise, server: readonly string[], model: RegExp])[] =
  [
    [echo, ['broken/echo.py', 'accept_outside_the_loop'], /^one client only: .*was refused/],
    [date, ['course/date.py'], /^one client only: the server .*when its first client had left/],
    [echo, ['broken/echo.py', 'one_at_a_time'], /^one at a time: a second client had no answer/],
    [echo, ['broken/echo.py', 'at_most_five'], /^at most 5 at a time: with 5 clients there/],
    [echo, ['broken/echo.py', 'right'], /^concurrent: 12 clients .*(one for each client|$)/],
    [echo, ['course/echo.py'], /^one at a time: /],
    [chat, ['course/chat.py'], /^concurrent, but each client can hold up the next/],
  ];

describe('the model of a server', bounds, () => {
  for (const [exercise, [file = '', ...args], expected] of MODELS) {
    it(`is inferred: ${file} ${args.join(' ')} is ${expected.source}`, async (t) => {
      const server = startedServer(t, pythonCommand(file, ...args));
      const { conventions, isServed } = exercise;
      assert.ok(isServed);
      const model = await inferModel(server, conventions, isServed);
      assert.match(`${model?.name ?? ''}: ${model?.evidence ?? ''}`, expected);
    });
  }
});

describe('a server that cannot be checked', bounds, () => {
  it('costs one check its time when it hangs, and the others are skipped', async (t) => {
    const server = startedServer(t, pythonCommand('broken/echo.py', 'hangs'));
    const results = await checked(echo, server);
    const [, first, ...others] = results;
    assert.equal(first?.status, 'failed');
    const wait = first.transcript.find(({ kind }) => kind === 'waited');
    assert.ok(Number.parseInt(wait?.note ?? '', 10) <= 5000, wait?.note);
    assert.deepEqual(new Set(others.map(({ status }) => status)), new Set(['skipped']));
  });

  it('is reported with its last words when it ends before it listens', async (t) => {
    const server = startedServer(t, pythonCommand('broken/echo.py', 'exits'));
    const [first, ...others] = await checked(echo, server);
    assert.equal(first?.status, 'failed');
    assert.match(first.failure.lastWords ?? '', /ended with status 1:\nno configuration file$/);
    assert.deepEqual(new Set(others.map(({ status }) => status)), new Set(['skipped']));
  });

  it('has the first wrong byte marked', async (t) => {
    const server = startedServer(t, pythonCommand('broken/echo.py', 'only_ascii'));
    const checks = withRequirements(
      echo.checks(echo.conventions),
      'characters of several bytes come back',
    );
    const verdict = (await checked(echo, server, { checks })).at(-1);
    assert.equal(verdict?.status, 'failed');
    assert.deepEqual(verdict.failure.mark, { client: 'A', offset: 2 });
  });
});
