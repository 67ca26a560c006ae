import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LineSplitter, TOO_LONG } from '../../src/connection/line-splitter.js';

/** So many that a second search for each line would take minutes. */
const MANY_BYTES = 2 ** 20;

function push(splitter: LineSplitter, text: string): void {
  splitter.push(Buffer.from(text));
}

function linesOf(splitter: LineSplitter): (string | typeof TOO_LONG)[] {
  const lines = [];
  for (let line = splitter.next(); line !== undefined; line = splitter.next()) lines.push(line);
  return lines;
}

describe('a line splitter', () => {
  it('keeps no buffer of the caller', () => {
    const splitter = new LineSplitter();
    const chunk = Buffer.from('one\ntwo');
    splitter.push(chunk);
    assert.deepEqual(linesOf(splitter), ['one']);
    chunk.fill('#');
    push(splitter, '!\n');
    assert.deepEqual(linesOf(splitter), ['two!']);
    assert.ok(splitter.isEmpty);
  });

  it('skips the rest of a line end, in whichever chunk it comes', () => {
    const splitter = new LineSplitter();
    for (const [chunk, lines] of [
      ['a\r', ['a']],
      ['\nb\r', ['b']],
      ['\0c\r', ['c']],
      ['\r', ['']],
      ['\n', []],
      ['\n', ['']],
    ] as const) {
      push(splitter, chunk);
      assert.deepEqual(linesOf(splitter), lines);
      assert.ok(splitter.isEmpty);
    }
  });

  it('has nothing left where only padding is left', () => {
    const splitter = new LineSplitter();
    push(splitter, 'a\n\0\0');
    assert.deepEqual(linesOf(splitter), ['a']);
    assert.ok(splitter.isEmpty);
    assert.equal(splitter.takeRest(), undefined);
  });

  it('gives the rest as a line, without padding, and skips its end when that comes later', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const splitter = new LineSplitter();
      push(splitter, 'a\nbé\0\0');
      assert.deepEqual(linesOf(splitter), ['a']);
      assert.equal(splitter.takeRest(), 'bé');
      assert.ok(splitter.isEmpty);
      for (const byte of end) {
        push(splitter, byte);
        assert.deepEqual(linesOf(splitter), []);
      }
      push(splitter, 'c\n\n');
      assert.deepEqual(linesOf(splitter), ['c', '']);
    }
  });

  it('erases a whole character, and none of a line that has ended', () => {
    const splitter = new LineSplitter();
    push(splitter, 'a\nb😀');
    splitter.eraseCharacter();
    push(splitter, 'c\r');
    splitter.eraseCharacter();
    assert.deepEqual(linesOf(splitter), ['a', 'bc']);
    push(splitter, 'dé');
    assert.deepEqual(linesOf(splitter), []);
    for (let presses = 0; presses < 5; presses++) splitter.eraseCharacter();
    push(splitter, 'e\n');
    assert.deepEqual(linesOf(splitter), ['e']);
  });

  it('erases a half line, and no line that has ended', () => {
    const splitter = new LineSplitter();
    push(splitter, 'one\ntwo\rthr');
    splitter.eraseLine();
    splitter.eraseLine();
    push(splitter, 'four\nfi');
    assert.deepEqual(linesOf(splitter), ['one', 'two', 'four']);
    splitter.eraseLine();
    assert.ok(splitter.isEmpty);
    push(splitter, 'six\n');
    assert.deepEqual(linesOf(splitter), ['six']);
  });

  it('takes time in proportion to the bytes, whatever the line ends are', () => {
    for (const line of ['\r', 'a\r', '\n', '\0\n', 'a\r\n']) {
      const splitter = new LineSplitter();
      const count = Math.floor(MANY_BYTES / line.length);
      // A byte of the other kind at the end, for which each search would pass all the rest.
      push(splitter, line.repeat(count) + (line.includes('\n') ? 'x\r' : 'x\n'));
      const beganMs = performance.now();
      assert.equal(linesOf(splitter).length, count + 1);
      assert.ok(performance.now() - beganMs < 5000);
    }
  });

  it('refuses a line that is over the limit, and goes on counting behind a full one', () => {
    const splitter = new LineSplitter();
    push(splitter, `${'x'.repeat(4096)}\n`);
    assert.deepEqual(linesOf(splitter), ['x'.repeat(4096)]);
    push(splitter, 'x'.repeat(4096));
    assert.equal(splitter.next(), undefined);
    push(splitter, 'x');
    assert.equal(splitter.next(), TOO_LONG);
  });
});
