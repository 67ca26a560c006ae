/** The programs of threads, bundled and as compiled. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { COMPILED, threadProgram } from '../../src/base/programs.js';

const VARIABLE = 'NODE_V8_COVERAGE';

function withCoverage(t: TestContext, folder: string): void {
  const before = process.env[VARIABLE];
  process.env[VARIABLE] = folder;
  t.after(() => {
    if (before === undefined) Reflect.deleteProperty(process.env, VARIABLE);
    else process.env[VARIABLE] = before;
  });
}

const inDist = (path: string) => relative(fileURLToPath(COMPILED), path);

describe('the program of a thread', () => {
  it('is the bundle, which imports no file from outside of it', (t) => {
    withCoverage(t, '');
    const program = threadProgram('serve-client.js');
    assert.equal(inDist(program), 'workers/bundle/serve-client.js');
    const folder = fileURLToPath(new URL('workers/bundle/', COMPILED));
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.js')))
      assert.doesNotMatch(readFileSync(`${folder}${file}`, 'utf8'), /from "\.\.\/|import\("\.\.\//);
  });

  it('is as it was compiled where coverage is written', (t) => {
    withCoverage(t, '/tmp/coverage');
    assert.equal(inDist(threadProgram('serve-client.js')), 'workers/serve-client.js');
  });
});
