/** The pages of `handoff explain` name existing files, show current code and fit a screen. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';
import { explanations } from '../../src/cli/explain-models.js';
import { fit } from '../../src/cli/fit.js';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { TIME_WORDS } from '../../src/serving/time-words.js';

/** Absolute path of a source file. This file runs in dist/test/cli/. */
const sourceOf = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

describe('the words for what a client waits for', () => {
  const logs = readFileSync(sourceOf('docs/logs.md'), 'utf8');
  const pages = MODEL_NAMES.map((name) => explanations[name].replace(/\s+/g, ' ')).join('\n');

  for (const words of Object.values(TIME_WORDS)) {
    it(`are the same in docs/logs.md and on the pages: ${words}`, () => {
      assert.ok(logs.includes(`| ${words} |`));
      assert.ok(pages.includes(words));
    });
  }
});

describe('the page on a model', () => {
  for (const name of MODEL_NAMES) {
    const lines = explanations[name].trim().split('\n');

    it(`fits a screen (${name})`, () => {
      assert.ok(lines.length <= 40, `${lines.length} lines`);
      for (const line of lines) assert.ok(line.length <= 100, line);
    });

    for (const columns of [60, 80, 120, 200]) {
      it(`loses no word at ${columns} columns (${name})`, () => {
        const page = fit(explanations[name], columns);
        for (const line of page.split('\n')) assert.ok(line.length <= columns, line);
        const wordsOf = (text: string) => text.split(/\s+/);
        assert.deepEqual(wordsOf(page), wordsOf(explanations[name]));
      });
    }

    it(`names files that exist and shows the loop as in the source (${name})`, () => {
      const files = explanations[name].match(/\b(?:src|workers)\/[\w/-]+\.ts/g) ?? [];
      assert.ok(files.length >= 3);
      for (const file of files) assert.ok(existsSync(sourceOf(file)), file);
      const spaceless = (text: string) => text.replace(/\s+/g, ' ');
      const loop = /for await [^]*?;(?:\s+await [^]*?\})?/.exec(explanations[name])?.[0];
      assert.ok(loop);
      const code = readFileSync(sourceOf(`src/models/${name}.ts`), 'utf8');
      assert.ok(spaceless(code).includes(spaceless(loop)), loop);
    });
  }
});
