/** What threads load, bundled and as compiled. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { COMPILED, bundled } from '../../src/base/programs.js';
import { listServices } from '../../src/services/catalogue.js';
import { loadService } from '../../src/services/load.js';
import type { AnyService } from '../../src/services/service.js';

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

describe('what a thread loads', () => {
  it('is a bundle, which imports no file from outside of it', (t) => {
    withCoverage(t, '');
    assert.equal(inDist(bundled('workers/serve-client.js')), 'workers/bundle/serve-client.js');
    const folder = fileURLToPath(new URL('workers/bundle/', COMPILED));
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.js')))
      assert.doesNotMatch(readFileSync(`${folder}${file}`, 'utf8'), /from "\.\.\/|import\("\.\.\//);
  });

  for (const { name, module } of listServices()) {
    it(`is for ${name} a bundle with the same service`, async (t) => {
      withCoverage(t, '');
      const path = bundled(module.slice(COMPILED.href.length));
      const { service } = (await import(pathToFileURL(path).href)) as { service?: AnyService };
      assert.deepEqual(Object.keys(service ?? {}), Object.keys(await loadService(module)));
    });
  }

  it('is for a service the bundle, when a thread asks for the module that main has', async (t) => {
    withCoverage(t, '');
    const code = `const { loadService } = require(${JSON.stringify(fileURLToPath(new URL('src/services/load.js', COMPILED)))});
      loadService(${JSON.stringify(new URL('src/services/chat.js', COMPILED).href)}).then(() =>
        require('node:worker_threads').parentPort.postMessage(Object.keys(require.cache)));`;
    const worker = new Worker(code, { eval: true });
    const [loaded] = (await once(worker, 'message')) as [string[]];
    await worker.terminate();
    assert.ok(loaded.includes(bundled('src/services/chat.js')), loaded.join('\n'));
  });

  it('is as it was compiled where coverage is written', (t) => {
    withCoverage(t, '/tmp/coverage');
    assert.equal(inDist(bundled('workers/serve-client.js')), 'workers/serve-client.js');
  });
});
