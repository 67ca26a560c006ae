/** TLS on the main thread: its files, its options, and services behind it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { connect } from 'node:tls';
import { loadCertificate } from '../../src/server/certificate.js';
import { Client } from '../support/client.js';
import {
  makeCertificate,
  makeExpired,
  NO_OPENSSL,
  openssl,
  type Certificate,
} from '../support/certificates.js';
import { temporaryDirectory } from '../support/handoff.js';
import { assertRefused } from '../support/refusal.js';
import { startServer, type RunningServer } from '../support/server.js';

const bounds = { timeout: 30_000, skip: NO_OPENSSL };
const MODELS = ['event-loop', 'iterative'] as const;

describe('the options of TLS', () => {
  const both = ['--tls-cert', 'cert.pem', '--tls-key', 'key.pem'];
  for (const [what, args, complaint] of [
    ['without the key', both.slice(0, 2), /--tls-cert needs --tls-key/],
    ['without the certificate', both.slice(2), /--tls-key needs --tls-cert/],
    ['under the default model', both, /recv\(2\).*--model event-loop or iterative/],
    ['under threads', [...both, '--model', 'thread-per-client'], /thread-per-client.*OpenSSL/],
    ['with datagrams', [...both, '--model', 'event-loop', '--transport', 'udp'], /udp/],
  ] as const)
    it(`are refused ${what}`, (t) => assertRefused(t, ['serve', 'echo', ...args], complaint));
});

describe('the files of TLS', bounds, () => {
  it('are named with the reason when they cannot be used', (t) => {
    const { cert, key } = makeCertificate(t);
    const other = makeCertificate(t);
    const folder = temporaryDirectory(t);
    const encrypted = join(folder, 'encrypted.pem');
    openssl(['pkey', '-in', key, '-aes128', '-passout', 'pass:secret', '-out', encrypted]);
    const broken = join(folder, 'broken.pem');
    const [begin = ''] = readFileSync(cert, 'utf8').split('\n');
    writeFileSync(broken, `${begin}\nbroken\n-----END CERTIFICATE-----\n`);
    const empty = join(folder, 'empty.pem');
    writeFileSync(empty, '');
    const none = join(folder, 'none.pem');
    for (const [files, complaint] of [
      [{ cert: none, key }, `--tls-cert ${none}: no such file`],
      [{ cert, key: none }, `--tls-key ${none}: no such file`],
      [{ cert: folder, key }, `--tls-cert ${folder}: it is a folder`],
      [{ cert: key, key }, `--tls-cert ${key}: it holds no certificate in PEM form`],
      [{ cert: broken, key }, `--tls-cert ${broken}: it holds no certificate in PEM form`],
      [{ cert, key: cert }, `--tls-key ${cert}: it holds no private key in PEM form`],
      [{ cert, key: empty }, `--tls-key ${empty}: it holds no private key in PEM form`],
      [{ cert, key: encrypted }, `--tls-key ${encrypted}: it is encrypted`],
      [{ cert, key: other.key }, `--tls-key ${other.key}: it is not the key of ${cert}`],
    ] as const)
      assertUnusable(files, complaint);
  });

  it('are refused when the certificate has expired', (t) => {
    let expired;
    try {
      expired = makeExpired(t);
    } catch (error) {
      t.skip(`this openssl makes no expired certificate: ${(error as Error).message}`);
      return;
    }
    assertUnusable(expired, `--tls-cert ${expired.cert}: it expired on `);
  });

  it('are refused when they may not be read', (t) => {
    const { cert, key } = makeCertificate(t);
    chmodSync(key, 0);
    if (process.getuid?.() === 0) t.skip('root may read every file');
    else assertUnusable({ cert, key }, `--tls-key ${key}: no permission`);
  });
});

describe('a service behind TLS', bounds, () => {
  for (const model of MODELS) {
    it(`echoes, counts plain bytes and ends as its client does under ${model}`, async (t) => {
      const server = await startTls(t, { model });
      const client = await connectTls(t, server);
      await client.exchange('hello', 'hello');
      const large = 'x'.repeat(1_000_000);
      client.send(large);
      client.halfClose();
      assert.equal((await client.readToEnd()).toString(), large);
      const { bytesIn, bytesOut } = await server.logLine('closed', { reason: 'end' });
      assert.deepEqual([bytesIn, bytesOut], [1_000_005, 1_000_005]);
    });
  }

  it('greets before the client has sent anything, and closes in order', async (t) => {
    const server = await startTls(t, { service: 'daytime' });
    const client = await connectTls(t, server);
    assert.match((await client.readToEnd()).toString(), /\d{4}/);
    await client.expectCleanClose();
    await server.logLine('closed', { reason: 'done' });
  });

  it('delivers to other clients encrypted', async (t) => {
    const server = await startTls(t, { service: 'chat' });
    const [ann, bob] = [await connectTls(t, server), await connectTls(t, server)];
    ann.send('ann\n');
    await ann.readLine();
    bob.send('bob\n');
    await bob.readLine();
    bob.send('hello\n');
    let line = '';
    while (!line.includes('hello')) line = await ann.readLine();
    assert.match(line, /bob/);
  });

  it('has at least TLS 1.2, and HTTP/1.1 by ALPN where it speaks HTTP', async (t) => {
    const server = await startTls(t, { service: 'web' });
    const options = { port: server.port, rejectUnauthorized: false };
    const socket = connect({ ...options, ALPNProtocols: ['h2', 'http/1.1'] });
    t.after(() => void socket.destroy());
    await once(socket, 'secureConnect');
    assert.equal(socket.alpnProtocol, 'http/1.1');
    const old = connect({ ...options, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' });
    await assert.rejects(once(old, 'secureConnect'), /protocol|version|alert/i);
  });

  it('refuses a client in its own words, encrypted', async (t) => {
    const acceptor = { overflow: 'refuse' } as const;
    const server = await startTls(t, { model: 'iterative', acceptor });
    const served = await connectTls(t, server);
    await served.exchange('a', 'a');
    const refused = await connectTls(t, server);
    assert.equal((await refused.readToEnd()).toString(), 'ERR server full\n');
    refused.close();
    await server.logLine('closed', { reason: 'refused' });
  });

  it('is reached on a Unix-domain socket, too', async (t) => {
    const path = join(temporaryDirectory(t), 'socket');
    const server = await startTls(t, { address: { path } });
    const client = await connectTls(t, server);
    await client.exchange('hello', 'hello');
  });

  it('stops while a client is silent before its handshake', async (t) => {
    const server = await startTls(t, { graceMs: 20_000 });
    const { Socket } = await import('node:net');
    const silent = new Socket().connect(server.port);
    t.after(() => void silent.destroy());
    silent.on('error', () => undefined);
    await server.logLine('accepted');
    await server.server.stop('the test asks');
  });
});

function assertUnusable(files: Certificate, complaint: string): void {
  assert.throws(
    () => loadCertificate(files),
    (error: Error) => {
      assert.equal(error.name, 'StartError');
      assert.match(error.message, /^[^\n]+$/);
      assert.ok(error.message.startsWith(`cannot use ${complaint}`), error.message);
      return true;
    },
  );
}

function startTls(
  t: TestContext,
  settings: Parameters<typeof startServer>[1] = {},
): Promise<RunningServer> {
  const tls = { ...makeCertificate(t), handshakeMs: 10_000 };
  return startServer(t, { logLevel: 'info', ...settings, tls });
}

async function connectTls(t: TestContext, { address }: RunningServer): Promise<Client> {
  // The types of Node 20 lack the option.
  const halfOpen = { allowHalfOpen: true };
  const socket = connect({ ...address, ...halfOpen, rejectUnauthorized: false });
  t.after(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return new Client(socket);
}
