import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseTarget, pathOf } from '../../../src/services/web/target.js';
import { runs } from '../../properties/arbitraries.js';

/** A name as its UTF-8 bytes, one a character. */
const bytesOf = (name: string) => Buffer.from(name).toString('latin1');

function namesOf(target: string): readonly string[] | number {
  const parsed = parseTarget(target);
  return parsed.kind === 'path' ? parsed.names : parsed.status;
}

describe('a target', () => {
  for (const [target, expected] of [
    ['/', []],
    ['/a/b.txt', ['a', 'b.txt']],
    ['//a///b', ['a', 'b']],
    ['/a/./b', ['a', 'b']],
    ['/a/../b', ['b']],
    ['/a/%2e%2E/b', ['b']],
    ['/gr%C3%B6%C3%9Fe', [bytesOf('größe')]],
    ['/gr\xc3\xb6\xc3\x9fe', [bytesOf('größe')]],
    ['/%2541', ['%41']],
    ['/%252e%252e%252f', ['%2e%2e%2f']],
    ['/...', 404],
    ['/.git/config', 404],
    ['/%2egit/config', 404],
    ['/.well-known/x', ['.well-known', 'x']],
    ['http://host/a', ['a']],
    ['HTTPS://host:1/a/', ['a']],
    ['http://host', []],
    ['http:///a', 400],
    ['ftp://host/a', 400],
    ['*', 400],
    ['host:80', 400],
    ['a', 400],
    ['/a#b', 400],
    ['/a\tb', 400],
    ['/a\rb', 400],
    ['/%', 400],
    ['/%zz', 400],
    ['/%ff', ['\xff']],
    ['/a%', 400],
    ['/%c0%ae%c0%ae/', ['\xc0\xae\xc0\xae']],
    ['/%2', 400],
    ['/a%00.txt', 400],
    ['/a%5cb', 400],
    ['/a\\b', 400],
    ['/a%2fb', 404],
    ['/..%2fb', 404],
    ['/..', 403],
    ['/../b', 403],
    ['/a/../../b', 403],
    ['/%2e%2e/b', 403],
    ['/.%2e/b', 403],
    ['http://host/../b', 403],
  ] as const) {
    it(`${JSON.stringify(target)} is ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(namesOf(target), expected);
    });
  }

  it('names a folder if it ends in a slash or in dots', () => {
    for (const [target, expected] of [
      ['/', true],
      ['/a/', true],
      ['/a/.', true],
      ['/a/..', true],
      ['/a', false],
    ] as const) {
      const parsed = parseTarget(target);
      assert.equal(parsed.kind === 'path' && parsed.isFolder, expected, target);
    }
  });

  it('never contains a name that leads upwards, is hidden, or has a slash', () => {
    const piece = fc.constantFrom(
      '/',
      '.',
      '..',
      '%2e',
      '%2f',
      '%5c',
      '\\',
      '%00',
      '%',
      'a',
      '%c3%b6',
      ':',
      '//',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const names = namesOf(`/${pieces.join('')}`);
        if (typeof names === 'number') return;
        for (const name of names) assert.doesNotMatch(name, /^\.|[/\\\0]|^$/);
      }),
      runs(500),
    );
  });

  it('decodes to the names that it was encoded from', () => {
    const name = fc
      .oneof(
        fc.string({ unit: 'grapheme', minLength: 1 }).map(bytesOf),
        fc
          .uint8Array({ minLength: 1, max: 255 })
          .map((bytes) => Buffer.from(bytes).toString('latin1')),
      )
      .filter((text) => !/[/\\\0]|^\./.test(text));
    fc.assert(
      fc.property(fc.array(name), (names) => assert.deepEqual(namesOf(pathOf(names, true)), names)),
      runs(200),
    );
  });

  it('contains no host when it is sent back', () => {
    const parsed = parseTarget('//evil.example/');
    assert.ok(parsed.kind === 'path');
    assert.equal(pathOf(parsed.names, true), '/evil.example/');
  });
});
