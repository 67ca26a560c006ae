/**
 * Document 001: an HTTP client (exercise 1.1), two Python prompts and a browser (1.2), a message to
 * collect (1.3).
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { runClient, withDocument } from './python.js';
import { INDEX, siteFolder } from './site.js';

withDocument('001', { service: 'web', options: { root: siteFolder() } }, (server) => {
  it('get a page in chunks until the end', async (t) => {
    const response = await runClient(t, 'http_chunks.py', [server.port]);
    assert.match(response, /^HTTP\/1\.[01] 200 /);
    assert.ok(response.replaceAll('\r', '').endsWith(`\n\n${INDEX}\n`), response);
  });
});

withDocument('001', { service: 'hello' }, (server) => {
  it('show at their prompt what the document shows', async (t) => {
    const printed = await runClient(t, 'hello.py', [server.port]);
    assert.equal(printed, "11\nb'Hello Yourself'\n3\nb'Goodbye'\nb''\n");
  });

  it('get the page of the document if they are browsers', async (t) => {
    assert.equal(
      await runClient(t, 'browser.py', [server.port]),
      '200 text/html <h1>Hello World</h1>\n',
    );
  });
});

withDocument('001', { service: 'collect', logLevel: 'info' }, (server) => {
  it('send a message and leave; the server prints it', async (t) => {
    assert.equal(await runClient(t, 'sock_client.py', [server.port]), '');
    const { pieces } = await server.logLine('collected');
    assert.deepEqual(pieces, ['Hello, world']);
  });
});
