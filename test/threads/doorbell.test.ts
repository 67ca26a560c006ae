import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Doorbell } from '../../src/threads/doorbell.js';
import { DoorbellButton } from '../../src/threads/doorbell-button.js';
import type { Cleanup } from '../support/server.js';

const linuxOnly = process.platform === 'linux' ? {} : { skip: 'client threads need Linux' };

/** A doorbell, and who has rung: the names of its callers, in the order in which main hears them. */
function doorbell(t: Cleanup, most: number) {
  const heard: string[] = [];
  const bell = new Doorbell<string>(most, (caller) => void heard.push(caller));
  t.after(() => bell.close());
  const untilHeard = async (count: number) => {
    while (heard.length < count) await turn();
  };
  return { bell, heard, untilHeard };
}

describe('a doorbell', { timeout: 10_000, ...linuxOnly }, () => {
  it('names those who have rung, wherever their places are', async (t) => {
    const { bell, heard, untilHeard } = doorbell(t, 70);
    const buttons = Array.from({ length: 70 }, (_, n) => new DoorbellButton(bell.add(`no. ${n}`)));
    for (const place of [69, 0, 31, 32, 63]) buttons[place]?.press();
    assert.deepEqual(heard, [], 'main hears it from its event loop');
    await untilHeard(5);
    assert.deepEqual(heard, ['no. 0', 'no. 31', 'no. 32', 'no. 63', 'no. 69']);
  });

  it('hears one that rings again, and once one that has rung twice before main looks', async (t) => {
    const { bell, heard, untilHeard } = doorbell(t, 2);
    const first = new DoorbellButton(bell.add('first'));
    const second = new DoorbellButton(bell.add('second'));
    first.press();
    first.press();
    second.press();
    await untilHeard(2);
    assert.deepEqual(heard, ['first', 'second']);
    first.press();
    await untilHeard(3);
    assert.deepEqual(heard, ['first', 'second', 'first']);
  });

  it('hears one whose thread dies after ringing, and gives its place to the next', async (t) => {
    const { bell, heard, untilHeard } = doorbell(t, 1);
    const place = bell.add('dead');
    assert.throws(() => bell.add('too many'), /all 1 places are taken/);
    new DoorbellButton(place).press();
    bell.remove('dead');
    assert.deepEqual(heard, ['dead']);
    new DoorbellButton(bell.add('next')).press();
    await untilHeard(2);
    assert.deepEqual(heard, ['dead', 'next']);
  });

  it('leaves no descriptor open', async () => {
    const before = readdirSync('/proc/self/fd').length;
    const bell = new Doorbell(1, () => undefined);
    bell.close();
    await turn();
    assert.equal(readdirSync('/proc/self/fd').length, before);
  });
});
