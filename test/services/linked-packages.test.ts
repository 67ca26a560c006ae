/**
 * The program in a folder whose node_modules is a symbolic link, as some package managers and
 * deployments install it. Its standard output is a pipe, which once kept Node from following links.
 */
import assert from 'node:assert/strict';
import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { connectClient } from '../support/client.js';
import { ROOT } from '../support/documents.js';
import { startHandoff, temporaryDirectory } from '../support/handoff.js';

describe('a service with a package behind a symbolic link', { timeout: 60_000 }, () => {
  it('is served while the log goes into a pipe', async (t) => {
    const folder = temporaryDirectory(t);
    for (const part of ['package.json', 'dist/src', 'dist/workers'])
      cpSync(join(ROOT, part), join(folder, part), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const cli = join(folder, 'dist/src/cli.js');
    const server = await startHandoff(t, ['date', '--model', 'event-loop'], { cli });
    const client = await connectClient(t, server);
    client.send('it is %%');
    client.halfClose();
    assert.equal((await client.readToEnd()).toString(), 'it is %');
  });
});
