/**
 * Document 003: the echo client at its prompt, the precise time, and pages to download and save.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { temporaryDirectory } from '../support/handoff.js';
import { runClient, withDocument } from './python.js';
import { INDEX, MY_DATA, siteFolder } from './site.js';

withDocument('003', { service: 'echo', options: { once: true } }, (server) => {
  it('get their message back, and the end after another one', async (t) => {
    assert.equal(await runClient(t, 'echo.py', [server.port]), "19\nb'Hello, how are you?'\nb''\n");
  });
});

withDocument('003', { service: 'daytime' }, (server) => {
  it('get the precise time', async (t) => {
    const printed = await runClient(t, 'gettime.py', [server.port]);
    assert.match(printed, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\n$/);
  });
});

withDocument('003', { service: 'web', options: { root: siteFolder() } }, (server) => {
  it('download a page and save it', async (t) => {
    const file = join(temporaryDirectory(t), 'saved');
    assert.match(
      await runClient(t, 'webclient.py', [server.port, 'index.html', file]),
      /^HTTP\/1\.[01] 200 /,
    );
    assert.equal(readFileSync(file, 'utf8'), INDEX);
  });

  it('download a classmate’s file and save it', async (t) => {
    const file = join(temporaryDirectory(t), 'saved');
    assert.equal(
      await runClient(t, 'easywebclient.py', [server.port, 'myData.txt', file]),
      '200\n',
    );
    assert.equal(readFileSync(file, 'utf8'), MY_DATA);
  });
});
