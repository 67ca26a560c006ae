import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { quoted, printable, printableLines } from '../../src/base/printable.js';

describe('foreign text', () => {
  it('is unchanged when it is harmless, emoji included', () => {
    assert.equal(printable('grüß 👩‍🚀 שלום'), 'grüß 👩‍🚀 שלום');
  });

  it('shows characters that would control a terminal', () => {
    assert.equal(printable('\u001b[31mred\u0007\u007f'), '␛[31mred␇␡');
    assert.equal(printable('a\u202eb\u2066c\u0085d\u2028'), 'a<U+202E>b<U+2066>c<U+0085>d<U+2028>');
  });

  it('keeps its line ends in text of several lines', () => {
    assert.equal(printableLines('a\tb\nc\u001b'), 'a\tb\nc␛');
    assert.equal(printable('a\nb'), 'a␊b');
  });

  it('is cut in quotes', () => {
    assert.equal(quoted('a"\u0007'), '"a"␇"');
    assert.equal(quoted('x'.repeat(200)), `"${'x'.repeat(100)}…"`);
  });
});
