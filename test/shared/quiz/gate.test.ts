/**
 * The guards of passwords: hashes, their queue, and the delays after failures. Time is simulated.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Backoff } from '../../../src/shared/quiz/backoff.js';
import { FairQueue } from '../../../src/shared/quiz/fair-queue.js';
import { Gate } from '../../../src/shared/quiz/gate.js';
import { hashPassword, isPassword } from '../../../src/shared/quiz/passwords.js';

describe('a stored password', () => {
  it('is salted, and matches in whichever form its accents are typed', async () => {
    const [one, two] = await Promise.all([hashPassword('cafe\u0301'), hashPassword('café')]);
    assert.match(one, /^\$scrypt\$ln=14,r=8,p=5\$[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=$/);
    assert.notEqual(one, two);
    assert.equal(await isPassword('café', one), true);
    assert.equal(await isPassword('cafe', one), false);
  });

  it('never matches when the hash is missing or damaged', async () => {
    const stored = [undefined, '$scrypt$ln=14,r=8,p=5$AAAA$'];
    const verdicts = await Promise.all(stored.map((known) => isPassword('', known)));
    assert.deepEqual(verdicts, [false, false]);
  });
});

describe('the delay after failures', () => {
  const settings = { free: 2, firstMs: 100, maxMs: 350, forgetMs: 1000, entries: 3 };

  it('doubles up to its bound, expires, and can be reset', () => {
    let now = 0;
    const backoff = new Backoff(settings, () => now);
    const delays = Array.from({ length: 6 }, () => {
      backoff.recordFailure('ann');
      return backoff.delayMs('ann');
    });
    assert.deepEqual(delays, [0, 0, 100, 200, 350, 350]);
    assert.equal(backoff.delayMs('bob'), 0);
    now = 1000;
    assert.equal(backoff.delayMs('ann'), 0);
    for (let count = 0; count < 3; count++) backoff.recordFailure('ann');
    assert.equal(backoff.delayMs('ann'), 100);
    backoff.reset('ann');
    assert.equal(backoff.delayMs('ann'), 0);
  });

  it('is kept for a bounded number of keys, the latest', () => {
    const backoff = new Backoff({ ...settings, free: 0 }, () => 0);
    for (const key of ['a', 'b', 'c', 'a', 'd']) backoff.recordFailure(key);
    assert.deepEqual(
      ['a', 'b', 'c', 'd'].map((key) => backoff.delayMs(key)),
      [200, 0, 100, 100],
    );
  });

  it('never exceeds its bound, whatever the number of failures', () => {
    const backoff = new Backoff(settings, () => 0);
    for (let count = 0; count < 5000; count++) backoff.recordFailure('ann');
    assert.equal(backoff.delayMs('ann'), 350);
  });
});

describe('the gate', () => {
  it('delays a name the same with an account and without, and other names not at all', async () => {
    const waits: number[] = [];
    const sleep = (ms: number) => {
      waits.push(ms);
      return Promise.resolve();
    };
    const compare = (password: string, known: string | undefined) =>
      Promise.resolve(password === known);
    const gate = new Gate({ nowMs: () => 0, sleep, isPassword: compare });
    const stored = 'right';
    for (let count = 0; count < 3; count++) {
      const guess = (key: string, known: string | undefined) =>
        gate.check(key, 'wrong', 'there', () => known);
      const verdicts = await Promise.all([guess('ann', stored), guess('nobody', undefined)]);
      assert.deepEqual(verdicts, ['wrong', 'wrong']);
    }
    assert.deepEqual(waits, []);
    const right = (key: string, known: string | undefined) =>
      gate.check(key, 'right', 'there', () => known);
    const verdicts = await Promise.all([
      right('ann', stored),
      right('nobody', undefined),
      right('bob', stored),
    ]);
    assert.deepEqual(verdicts, ['right', 'wrong', 'right']);
    assert.deepEqual(waits, [250, 250]);
    assert.equal(await right('ann', stored), 'right');
    assert.deepEqual(waits, [250, 250]);
  });

  it('delays simultaneous guesses like guesses one after the other', async () => {
    const waits: number[] = [];
    const sleep = (ms: number) => {
      waits.push(ms);
      return Promise.resolve();
    };
    const gate = new Gate({ nowMs: () => 0, sleep, isPassword: () => Promise.resolve(false) });
    const guess = (key: string) => gate.check(key, 'a guess', 'there', () => 'right');
    const guesses = (count: number) =>
      Promise.all(Array.from({ length: count }, () => guess('ann')));
    await guess('ann');
    await guesses(4);
    assert.deepEqual(waits, [250, 500]);
  });

  it('delays no simultaneous attempts as long as none has failed', async () => {
    const gate = new Gate({
      nowMs: () => 0,
      sleep: neverCalled,
      isPassword: () => Promise.resolve(true),
    });
    const login = () => gate.check('ann', 'right', 'there', () => 'right');
    assert.deepEqual(
      await Promise.all([login(), login(), login(), login()]),
      Array(4).fill('right'),
    );
  });
});

function neverCalled(): Promise<void> {
  return Promise.reject(new Error('a call waited'));
}

describe('the queue', () => {
  const limits = { atOnce: 1, waiting: 4, waitingOfAddress: 3 };

  it('gives addresses turns', async () => {
    const queue = new FairQueue(limits);
    const order: string[] = [];
    const jobs = ['a1', 'a2', 'a3', 'a4', 'b1'].map((name) =>
      queue.run(name.slice(0, 1), async () => {
        await turn();
        order.push(name);
      }),
    );
    await Promise.all(jobs);
    assert.deepEqual(order, ['a1', 'a2', 'b1', 'a3', 'a4']);
  });

  it('never exceeds its bounds, for one address and for all, and continues after a failure', async () => {
    const queue = new FairQueue(limits);
    const started: string[] = [];
    const run = (address: string) =>
      queue.run(address, async () => {
        started.push(address);
        await turn();
        throw new Error('failed');
      });
    const jobs = ['a', 'a', 'a', 'a', 'a', 'b', 'c'].map((address) => run(address));
    const outcomes = await Promise.allSettled(jobs);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(started, ['a', 'a', 'b', 'a', 'a']);
    assert.equal(await queue.run('a', () => Promise.resolve('again')), 'again');
  });
});
