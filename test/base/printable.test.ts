import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { quoted, printable, printableLines } from '../../src/base/printable.js';

describe('text that others will see', () => {
  it('is left as it is when it is harmless, emoji and all', () => {
    assert.equal(printable('grüß 👩‍🚀 שלום'), 'grüß 👩‍🚀 שלום');
  });

  it('shows what would steer a terminal', () => {
    assert.equal(printable('\u001b[31mred\u0007\u007f'), '␛[31mred␇␡');
    assert.equal(printable('a\u202eb\u2066c\u0085d\u2028'), 'a<U+202E>b<U+2066>c<U+0085>d<U+2028>');
  });

  it('keeps its lines where it has some', () => {
    assert.equal(printableLines('a\tb\nc\u001b'), 'a\tb\nc␛');
    assert.equal(printable('a\nb'), 'a␊b');
  });

  it('is cut where it is quoted', () => {
    assert.equal(quoted('a"\u0007'), '"a"␇"');
    assert.equal(quoted('x'.repeat(200)), `"${'x'.repeat(100)}…"`);
  });
});
