/** Where a long line is broken into rows: exactly where readline counts the rows of its cursor. */
import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { inRows } from '../../../src/clients/terminal/row-output.js';

/** The cursor behind a line, as the editor counts it. */
function cursorBehind(line: string, columns: number): { rows: number; cols: number } {
  const output = Object.assign(new PassThrough(), { columns });
  const editor = createInterface({ input: new PassThrough(), output, terminal: true });
  editor.setPrompt(line);
  const cursor = editor.getCursorPos();
  editor.close();
  return cursor;
}

const characters = fc.constantFrom(
  'a',
  ' ',
  'é',
  '→',
  'Ω',
  '漢',
  '🎲',
  '\u0301',
  '\u200d',
  '\u00ad',
  '\t',
);

describe('the rows of a long line', () => {
  for (const [what, line, rows] of [
    ['ends a full row, also the last', '12345678', '1234\r\n5678\r\n'],
    ['keeps an accent with its letter at the margin', 'abcde\u0301f', 'abcd\r\ne\u0301f'],
    ['keeps an accent with the last letter of a row', 'abcd\u0301f', 'abcd\u0301\r\nf'],
    ['breaks before a wide character that does not fit', 'abc漢字', 'abc\r\n漢字\r\n'],
    ['breaks arrows, as other text', '→→→→→', '→→→→\r\n→'],
    ['writes a tab as blanks', 'ab\tc', 'ab  \r\n    \r\nc'],
  ] as const) {
    it(what, () => {
      assert.equal(inRows(line, 4), rows);
    });
  }

  it('are as many as the editor moves up, whatever the characters and the width', () => {
    const line = fc.string({ unit: characters, maxLength: 60 });
    fc.assert(
      fc.property(line, fc.integer({ min: 2, max: 20 }), (text, columns) => {
        const rows = inRows(text, columns).split('\r\n');
        assert.equal(rows.length - 1, cursorBehind(text, columns).rows, JSON.stringify(rows));
      }),
    );
  });
});
