import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkName, keyOf } from '../../src/shared/names.js';

describe('a name', () => {
  for (const name of ['alice', 'Žofie', '李雷', 'R2-D2', 'x', 'o’neil', 'a'.repeat(32)]) {
    it(`may be ${name}`, () => assert.deepEqual(checkName(name), { name, key: keyOf(name) }));
  }

  const faults: readonly (readonly [string, RegExp])[] = [
    ['', /expected/],
    ['a'.repeat(33), /at most 32/],
    ['two words', /spaces/],
    ['bell\u0007', /invisible/],
    ['over\u202eride', /invisible/],
    ['zero\u200bwidth', /invisible/],
    ['broken\ufffd', /UTF-8/],
    ['/quit', /letter or a digit/],
    ['*', /letter or a digit/],
  ];
  for (const [name, why] of faults) {
    it(`must not be ${JSON.stringify(name)}`, () =>
      assert.match(JSON.stringify(checkName(name)), why));
  }

  for (const [one, other] of [
    ['alice', 'Alice'],
    ['alice', 'аlice'],
    ['alice', 'ALICE'],
    ['alice', 'ａｌｉｃｅ'],
    ['coco', 'сосо'],
  ] as const) {
    it(`${one} looks like ${other}`, () => assert.equal(keyOf(one), keyOf(other)));
  }

  it('with another key looks different', () => {
    assert.notEqual(keyOf('alice'), keyOf('alicia'));
    assert.notEqual(keyOf('李雷'), keyOf('韩梅'));
  });
});
