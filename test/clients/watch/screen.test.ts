/** What the live table writes to redraw the screen. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { redrawn } from '../../../src/clients/watch/screen.js';

describe('a redrawn screen', () => {
  it('clears each line before its text, so that a full line keeps its last column', () => {
    const written = redrawn([[{ text: 'abc' }, { text: 'de' }], [{ text: 'f' }]]);
    assert.ok(
      written.startsWith('\x1b[H\x1b[Kabcde\r\n\x1b[Kf\r\n\x1b[J'),
      JSON.stringify(written),
    );
  });
});
