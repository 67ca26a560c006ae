/**
 * What a thread loads before its first client. Each thread loads it again, so an import too many
 * delays each start: Node's processes, sockets and streams cost 10 ms of CPU time.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/** Those of them that Node names once loaded. */
const HEAVY = ['child_process', 'dgram', 'net', 'internal/fs/streams'];

const threadFiles = [
  'workers/serve-client',
  'workers/bundle/serve-client',
  // What the other threads import that they share with it.
  'src/services/load',
  'src/services/own/newest-code',
  'src/serving/socket-files',
];

describe('the imports of a thread', { timeout: 60_000 }, () => {
  for (const file of threadFiles) {
    it(`are without Node's processes, sockets and streams: ${file}`, async () => {
      const path = fileURLToPath(new URL(`../../${file}.js`, import.meta.url));
      assert.deepEqual(await loadedBy(path), []);
    });
  }

  it('would have them with a module that imports node:child_process', async () => {
    const path = fileURLToPath(new URL('../../src/services/own/diagnosis.js', import.meta.url));
    assert.ok((await loadedBy(path)).includes('child_process'));
  });
});

/** Which of {@link HEAVY} a thread has loaded after the file at `path`. */
async function loadedBy(path: string): Promise<string[]> {
  const code = `require(${JSON.stringify(path)});
    require('node:worker_threads').parentPort.postMessage(process.moduleLoadList);`;
  const worker = new Worker(code, { eval: true });
  const [names] = (await once(worker, 'message')) as [string[]];
  await worker.terminate();
  return HEAVY.filter((name) => names.includes(`NativeModule ${name}`));
}
