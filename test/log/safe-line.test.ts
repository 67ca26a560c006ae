/** What a client says cannot steer the terminal that shows the log. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openLog, openThreadLog, sharedLogSettings } from '../../src/log/log.js';
import { writeGatheredLines } from '../../src/log/turn-writer.js';
import { temporaryDirectory } from '../support/handoff.js';

/** Each that JSON.stringify leaves as it is and that a terminal, an editor or a browser obeys. */
const OBEYED = [
  [0x7f, 0x9f],
  [0x061c, 0x061c],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2066, 0x2069],
].flatMap(([from = 0, to = 0]) =>
  Array.from({ length: to - from + 1 }, (_, index) => String.fromCharCode(from + index)),
);

describe('a line of the log', () => {
  for (const where of ['main', 'a thread'] as const) {
    it(`of ${where} escapes the characters that a terminal obeys, in every field`, (t) => {
      const file = join(temporaryDirectory(t), 'log');
      const settings = { level: 'info', file, connections: true } as const;
      const log =
        where === 'main'
          ? openLog(settings, {}, (error) => assert.ifError(error))
          : openThreadLog(sharedLogSettings(settings), {});
      const texts = [...OBEYED, OBEYED.join(''), `\\${OBEYED.join('\\')}"`, 'größer ☃ 🙂'];
      for (const text of texts) {
        log.info({ name: text, [text]: 1, pieces: [text, { text }], err: new Error(text) }, text);
      }
      log.info({ long: OBEYED.join('').repeat(100), name: 'ä'.repeat(3000) }, 'long');
      writeGatheredLines();
      const written = readFileSync(file, 'utf8');
      for (const character of OBEYED) assert.ok(!written.includes(character));
      const lines = written.trimEnd().split('\n');
      assert.equal(lines.length, texts.length + 1);
      for (const [index, text] of texts.entries()) {
        const line = JSON.parse(lines[index] ?? '') as Record<string, unknown>;
        assert.equal(line.name, text);
        assert.equal(line[text], 1);
        assert.deepEqual(line.pieces, [text, { text }]);
        assert.equal(line.msg, text);
      }
      assert.match(written, /größer ☃ 🙂/);
      for (const line of lines) assert.ok(Buffer.byteLength(line) < 4096);
    });
  }
});
