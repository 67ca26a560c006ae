/** Where the bench keeps its runs. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { defaultFolder } from '../../../bench/analysis/results.js';
import { temporaryDirectory } from '../../support/handoff.js';

describe('the folder of the results', () => {
  it('belongs to the program, but not where an installation would empty it', (t) => {
    const clone = temporaryDirectory(t);
    const installed = join(clone, 'node_modules/handoff/');
    mkdirSync(installed, { recursive: true });
    assert.equal(defaultFolder(clone), join(clone, 'bench/results'));
    assert.equal(defaultFolder(installed), resolve('bench-results'));
    assert.equal(defaultFolder(join(clone, 'not-there')), resolve('bench-results'));
  });
});
