/**
 * The guards of passwords: hashes, their queue, and the delays after failures. Time is simulated.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Backoff } from '../../../src/shared/quiz/backoff.js';
import { Gate, NEW_NAMES } from '../../../src/shared/quiz/gate.js';
import { HashingQueue, type Attempt } from '../../../src/shared/quiz/hashing-queue.js';
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
      return Math.max(0, backoff.readyAtMs('ann'));
    });
    assert.deepEqual(delays, [0, 0, 100, 200, 350, 350]);
    assert.equal(backoff.readyAtMs('bob'), -Infinity);
    now = 1000;
    assert.equal(backoff.readyAtMs('ann'), -Infinity);
    for (let count = 0; count < 3; count++) backoff.recordFailure('ann');
    assert.equal(backoff.readyAtMs('ann'), 1100);
    backoff.reset('ann');
    assert.equal(backoff.readyAtMs('ann'), -Infinity);
  });

  it('is kept for a bounded number of keys, the latest', () => {
    const backoff = new Backoff({ ...settings, free: 0 }, () => 0);
    for (const key of ['a', 'b', 'c', 'a', 'd']) backoff.recordFailure(key);
    assert.deepEqual(
      ['a', 'b', 'c', 'd'].map((key) => backoff.failuresOf(key)),
      [2, 0, 1, 1],
    );
  });

  it('never exceeds its bound, whatever the number of failures', () => {
    const backoff = new Backoff(settings, () => 0);
    for (let count = 0; count < 5000; count++) backoff.recordFailure('ann');
    assert.equal(backoff.readyAtMs('ann'), 350);
  });
});

/** A clock that moves only when everything waits for it. */
class Clock {
  now = 0;
  readonly #timers: { readonly atMs: number; readonly fire: () => void }[] = [];

  readonly nowMs = () => this.now;
  readonly sleep = (ms: number) =>
    new Promise<void>((fire) => this.#timers.push({ atMs: this.now + ms, fire }));

  /** Runs until so many milliseconds have passed. */
  async run(ms: number): Promise<void> {
    const endMs = this.now + ms;
    for (;;) {
      await turn();
      const [next] = this.#timers.sort((one, other) => one.atMs - other.atMs);
      if (next === undefined || next.atMs > endMs) break;
      this.#timers.shift();
      this.now = Math.max(this.now, next.atMs);
      next.fire();
    }
    this.now = endMs;
  }
}

const HASH_MS = 100;

/** A gate before accounts whose password is `right`; only the name `nobody` has none. */
function gateOn(clock: Clock) {
  const gate = new Gate({
    nowMs: clock.nowMs,
    sleep: clock.sleep,
    isPassword: async (password, stored) => {
      await clock.sleep(HASH_MS);
      return password === stored;
    },
  });
  return {
    gate,
    /** Resolves to the verdict and the time at which it came. */
    check: async (name: string, password: string, address: string) => {
      const stored = name === 'nobody' ? undefined : 'right';
      const verdict = await gate.check(name, password, address, () => stored);
      return { verdict, atMs: clock.now };
    },
  };
}

describe('the gate', () => {
  it('delays the guesses at a name alike with an account and without, and other names not at all', async () => {
    const times = await Promise.all(
      ['ann', 'nobody'].map(async (name) => {
        const clock = new Clock();
        const { check } = gateOn(clock);
        const times: number[] = [];
        const guessing = (async () => {
          for (let count = 0; count < 6; count++) {
            const { verdict, atMs } = await check(name, 'wrong', '10.0.0.1');
            assert.equal(verdict, 'wrong');
            times.push(atMs);
          }
        })();
        await clock.run(10_000);
        await guessing;
        const other = check('bob', 'right', '10.0.0.1');
        await clock.run(1000);
        assert.deepEqual(await other, { verdict: 'right', atMs: 10_000 + HASH_MS });
        return times;
      }),
    );
    assert.deepEqual(times[0], times[1]);
    const gaps = times[0]?.map((time, index) => time - (times[0]?.[index - 1] ?? 0));
    assert.deepEqual(gaps, [100, 100, 100, 351, 601, 1101]);
  });

  it('checks no more guesses of many connections than of one', async () => {
    const checked = await Promise.all(
      [1, 40].map(async (connections) => {
        const clock = new Clock();
        const { check } = gateOn(clock);
        let wrong = 0;
        const guesser = async () => {
          while (clock.now < 60_000)
            if ((await check('ann', 'guess', '10.0.0.1')).verdict === 'wrong') wrong++;
        };
        for (let count = 0; count < connections; count++) void guesser();
        await clock.run(60_000);
        return wrong;
      }),
    );
    const [one = 0, many = 0] = checked;
    assert.ok(one >= 15 && many >= one - 1 && many <= one + 1, `${one} and ${many} guesses`);
  });

  it('lets the owner in within 1.5 s beside guessers at the name from forty addresses', async () => {
    const clock = new Clock();
    const { check } = gateOn(clock);
    const guesser = async (address: string) => {
      while (clock.now < 60_000) await check('ann', 'guess', address);
    };
    for (let index = 0; index < 40; index++) void guesser(`10.0.0.${index}`);
    for (const from of ['10.1.0.1', '10.1.0.1', '10.1.0.2']) {
      await clock.run(7000);
      const startedAtMs = clock.now;
      const login = check('ann', 'right', from);
      await clock.run(2000);
      const { verdict, atMs } = await login;
      assert.equal(verdict, 'right');
      assert.ok(atMs - startedAtMs <= 1500, `${atMs - startedAtMs} ms`);
    }
  });

  it('lets the owner in at once beside 150 addresses with other names', async () => {
    const clock = new Clock();
    const { check } = gateOn(clock);
    let checked = 0;
    const guesser = async (name: string, address: string) => {
      for (let count = 0; clock.now < 60_000; count++)
        if ((await check(`${name}${count}`, 'guess', address)).verdict === 'wrong') checked++;
    };
    for (let index = 0; index < 150; index++) void guesser(`name${index}`, `10.0.0.${index}`);
    for (let logins = 0; logins < 20; logins++) {
      const startedAtMs = clock.now;
      const login = check('ann', 'right', `10.1.0.${logins % 3}`);
      await clock.run(1000);
      const { verdict, atMs } = await login;
      assert.equal(verdict, 'right');
      assert.ok(atMs - startedAtMs <= 3 * HASH_MS, `${atMs - startedAtMs} ms`);
    }
    assert.ok(checked > 300, `${checked} checked`);
  });

  it('counts the addresses of an IPv6 network as one, and IPv4 addresses in either form', async () => {
    const clock = new Clock();
    const { gate } = gateOn(clock);
    for (const [first, same, other] of [
      ['[2001:db8::1]', '[2001:db8:0:0:9::2]', '[2001:db8:0:1::1]'],
      ['[::ffff:10.0.0.1]', '10.0.0.1', '10.0.0.2'],
    ] as const) {
      const startedAtMs = clock.now;
      for (let count = 0; count < NEW_NAMES.burst; count++) await gate.admitName(first);
      const late = gate.admitName(same).then(() => clock.now - startedAtMs);
      await gate.admitName(other);
      assert.equal(clock.now, startedAtMs);
      await clock.run(1000);
      assert.equal(await late, 1000);
    }
  });

  it('lets simultaneous attempts run beside each other as long as none has failed', async () => {
    const clock = new Clock();
    const { check } = gateOn(clock);
    const logins = Promise.all(Array.from({ length: 8 }, () => check('ann', 'right', '10.0.0.1')));
    await clock.run(1000);
    const outcomes = await logins;
    assert.deepEqual(
      outcomes.map(({ verdict }) => verdict),
      Array(8).fill('right'),
    );
    assert.equal(Math.max(...outcomes.map(({ atMs }) => atMs)), 4 * HASH_MS);
  });

  it('gives an address its new names at once, then one a second, and refuses a longer wait', async () => {
    const clock = new Clock();
    const { gate } = gateOn(clock);
    const admitted: (number | undefined)[] = [];
    for (let count = 0; count < NEW_NAMES.burst + 20; count++)
      void gate
        .admitName('10.0.0.1')
        .then((isAdmitted) => admitted.push(isAdmitted ? clock.now : undefined));
    await clock.run(0);
    assert.deepEqual(admitted, Array(NEW_NAMES.burst).fill(0));
    await clock.run(20_000);
    const seconds = admitted.filter((atMs) => atMs !== undefined && atMs > 0);
    assert.deepEqual(
      seconds,
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((second) => second * 1000),
    );
    assert.equal(admitted.filter((atMs) => atMs === undefined).length, 10);
  });
});

describe('the queue', () => {
  const limits = { atOnce: 1, waiting: 4, waitingOfAddress: 3, maxWaitMs: 1000 };
  const rules = {
    rankOf: ({ address }: Attempt) => (address.startsWith('bad') ? 1 : 0),
    readyAtMs: () => 0,
    isSerial: () => false,
    mostAlike: () => Infinity,
  };

  async function orderOf(addresses: readonly string[]) {
    const queue = new HashingQueue(limits, rules, new Clock());
    const order: string[] = [];
    const outcomes = await Promise.all(
      addresses.map((address) =>
        queue.run({ address }, async () => {
          order.push(address);
          await turn();
          return address;
        }),
      ),
    );
    return { order, refused: addresses.filter((_, index) => outcomes[index] === undefined) };
  }

  it('gives addresses turns, new ones first', async () => {
    const { order } = await orderOf(['a', 'a', 'a', 'b', 'c']);
    assert.deepEqual(order, ['a', 'c', 'b', 'a', 'a']);
  });

  it('never exceeds its bounds, for one address and for all; a better rank displaces a worse one', async () => {
    const { order, refused } = await orderOf(['a', 'a', 'a', 'a', 'a', 'bad', 'b', 'c']);
    assert.deepEqual(order, ['a', 'c', 'b', 'a', 'a']);
    assert.deepEqual(refused, ['a', 'a', 'bad']);
  });

  it('continues after a failure', async () => {
    const queue = new HashingQueue(limits, rules, new Clock());
    const jobs = ['a', 'b'].map((address) =>
      queue.run({ address }, () => Promise.reject(new Error('failed'))),
    );
    const outcomes = await Promise.allSettled(jobs);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal(await queue.run({ address: 'a' }, () => Promise.resolve('again')), 'again');
  });

  it('refuses what has waited too long', async () => {
    const clock = new Clock();
    const late = { ...rules, readyAtMs: () => 5000 };
    const waiting = new HashingQueue(limits, late, clock).run({ address: 'a' }, () =>
      Promise.resolve('too late'),
    );
    await clock.run(1100);
    assert.equal(await waiting, undefined);
  });
});
