/** TLS under attack: handshakes that fail or never end, and what comes after a good one. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { makeCertificate, NO_OPENSSL } from '../support/certificates.js';
import { Client, connectClient } from '../support/client.js';
import {
  exitOf,
  killAfter,
  startHandoff,
  temporaryDirectory,
  type ServerProcess,
} from '../support/handoff.js';

const bounds = { timeout: 60_000, skip: NO_OPENSSL };
const MODELS = ['event-loop', 'iterative'] as const;
const HANDSHAKE_MS = 500;
/** A record header that announces a handshake message of 512 bytes. */
const HALF_A_HELLO = Buffer.from([0x16, 3, 1, 2, 0, 1, 0]);

/** What a client sends in place of a handshake; then it waits, leaves, or resets. */
const FAILURES: readonly [what: string, bytes: string | Buffer, then?: 'ends' | 'resets'][] = [
  ['speaks HTTP', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['sends garbage', Buffer.from(Array.from({ length: 1000 }, (_, index) => (index * 7) % 256))],
  ['is silent', ''],
  ['stops in mid-handshake', HALF_A_HELLO],
  ['leaves at once', '', 'ends'],
  ['leaves in mid-handshake', HALF_A_HELLO, 'ends'],
  ['resets in mid-handshake', HALF_A_HELLO, 'resets'],
];

for (const model of MODELS) {
  describe(`a failed handshake under ${model}`, bounds, () => {
    it('ends one client, with a line that says so, within the deadline', async (t) => {
      const server = await startTls(t, ['echo', '--model', model]);
      const good = model === 'event-loop' ? await connectTls(t, server) : undefined;
      for (const [index, [what, bytes, then]] of FAILURES.entries()) {
        const sentAtMs = performance.now();
        const bad = await connectClient(t, server);
        bad.send(bytes);
        if (then === 'ends') bad.close();
        if (then === 'resets') bad.reset();
        await bad.expectOver();
        const line = await server.log.next('closed', { reason: 'handshake', count: index + 1 });
        assert.equal(line.thread, 0, what);
        assert.ok(performance.now() - sentAtMs < HANDSHAKE_MS + 3000, what);
        await good?.exchange('still here', 'still here');
      }
      const reasons = server.log.of('handshake failed').map(({ why }) => why);
      assert.ok(reasons.includes('the client left'), String(reasons));
      assert.ok(reasons.includes(`it took longer than ${HANDSHAKE_MS} ms`), String(reasons));
      const next = await connectTls(t, server);
      await next.exchange('and now', 'and now');
      await assertOrderly(server);
    });
  });
}

describe('a failed handshake', bounds, () => {
  it('is explained, at most once a second for each reason', async (t) => {
    const server = await startTls(t, ['echo', '--model', 'event-loop']);
    const clients = 50;
    for (let count = 0; count < clients; count++)
      (await connectClient(t, server)).send('GET / HTTP/1.1\r\n\r\n');
    await server.log.next('closed', { reason: 'handshake', count: clients });
    const lines = server.log.of('handshake failed');
    assert.equal(lines[0]?.why, 'ERR_SSL_HTTP_REQUEST');
    assert.ok(lines.length < clients / 5, `${lines.length} lines`);
    await assertOrderly(server);
  });

  it('of a hundred silent clients delays no other client', async (t) => {
    const server = await startTls(t, ['echo', '--model', 'event-loop']);
    const silent = Array.from({ length: 100 }, () => connectClient(t, server));
    await Promise.all(silent);
    const good = await connectTls(t, server);
    await good.exchange('hello', 'hello');
    await server.log.next('closed', { reason: 'handshake', count: silent.length });
    await good.exchange('hello', 'hello');
    await assertOrderly(server);
  });
});

describe('a client with TLS', bounds, () => {
  it('that breaks the encryption is reset', async (t) => {
    const server = await startTls(t, ['echo', '--model', 'event-loop']);
    const raw = connectPlain(portOf(server));
    t.after(() => void raw.destroy());
    raw.on('error', () => undefined);
    const secured = connect({ socket: raw, rejectUnauthorized: false });
    secured.on('error', () => undefined);
    await once(secured, 'secureConnect');
    await new Client(secured).exchange('hello', 'hello');
    // An application record that no key has made.
    raw.write(Buffer.concat([Buffer.from([0x17, 3, 3, 0, 32]), Buffer.alloc(32)]));
    await server.log.next('closed', { reason: 'reset' });
    await assertOrderly(server);
  });

  it('may not begin a second handshake', async (t) => {
    const server = await startTls(t, ['echo', '--model', 'event-loop']);
    const socket = await connectSocket(t, server, { maxVersion: 'TLSv1.2' });
    socket.on('error', () => undefined);
    const refused = new Promise((resolve) => {
      socket.renegotiate({ rejectUnauthorized: false }, resolve);
      socket.once('close', resolve);
      socket.once('error', resolve);
    });
    await refused;
    const next = await connectTls(t, server);
    await next.exchange('hello', 'hello');
    await assertOrderly(server);
  });

  it('that resets or leaves without a farewell ends alone', async (t) => {
    const server = await startTls(t, ['echo', '--model', 'event-loop']);
    const good = await connectTls(t, server);
    for (const leave of ['resetAndDestroy', 'destroy'] as const) {
      const raw = connectPlain(portOf(server));
      const secured = connect({ socket: raw, rejectUnauthorized: false });
      secured.on('error', () => undefined);
      await once(secured, 'secureConnect');
      await new Client(secured).exchange('hello', 'hello');
      raw[leave]();
    }
    await server.log.count('closed', 2);
    await good.exchange('hello', 'hello');
    await assertOrderly(server);
  });

  it('that does not read what others send is cut off', async (t) => {
    const server = await startTls(t, ['chat', '--model', 'event-loop']);
    const [lazy, busy] = [await connectTls(t, server), await connectTls(t, server)];
    lazy.send('lazy\n');
    await lazy.readLine();
    lazy.pause();
    busy.send('busy\n');
    await busy.readLine();
    const line = `${'x'.repeat(4000)}\n`;
    const flood = setInterval(() => busy.send(line.repeat(50)), 1);
    t.after(() => clearInterval(flood));
    await server.log.next('closed', { reason: 'slow' });
    clearInterval(flood);
    await assertOrderly(server);
  });
});

describe('other programs', bounds, () => {
  it('curl reads a page of web', async (t) => {
    const folder = temporaryDirectory(t);
    writeFileSync(join(folder, 'page.txt'), 'a page\n');
    const server = await startTls(t, ['web', '--root', folder, '--model', 'event-loop']);
    const url = `https://127.0.0.1:${portOf(server)}/page.txt`;
    const said = await output(t, 'curl', [
      '-sk',
      '-w',
      '%{http_version} %{ssl_verify_result}',
      url,
    ]);
    if (said === undefined) t.skip('curl is missing');
    else assert.match(said, /^a page\n1\.1 /);
    await assertOrderly(server);
  });

  it('openssl s_client speaks to echo and to chat', async (t) => {
    for (const [service, input, expected] of [
      ['echo', 'hello\n', /^hello$/m],
      ['chat', 'ann\n/who\n', /ann/],
    ] as const) {
      const server = await startTls(t, [service, '--model', 'event-loop']);
      const address = ['-connect', `127.0.0.1:${portOf(server)}`, '-quiet', '-no_ign_eof'];
      const said = await output(t, 'openssl', ['s_client', ...address], input, expected);
      assert.match(said ?? '', expected);
      await assertOrderly(server);
    }
  });
});

async function startTls(t: TestContext, args: readonly string[]): Promise<ServerProcess> {
  const { cert, key } = makeCertificate(t);
  const files = ['--tls-cert', cert, '--tls-key', key];
  return startHandoff(t, [...args, ...files, '--tls-handshake', String(HANDSHAKE_MS)]);
}

function portOf({ address }: ServerProcess): number {
  assert.ok('port' in address);
  return address.port;
}

async function connectSocket(
  t: TestContext,
  server: ServerProcess,
  options: object = {},
): Promise<TLSSocket> {
  const socket = connect({ port: portOf(server), rejectUnauthorized: false, ...options });
  t.after(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

async function connectTls(t: TestContext, server: ServerProcess): Promise<Client> {
  return new Client(await connectSocket(t, server));
}

/** Nothing has gone wrong but the clients: the server stops in order, and has lost nothing. */
async function assertOrderly(server: ServerProcess): Promise<void> {
  assert.deepEqual(await server.stop(), { status: 0, signal: null });
  assert.equal(server.stderr, '');
  assert.deepEqual(server.log.of('uncaught error'), []);
  assert.deepEqual(server.log.of('service failed'), []);
  assert.equal(server.log.of('accepted').length, server.log.of('closed').length);
}

/**
 * What a program prints; undefined where it is missing.
 * @param until ends its input when this has been printed
 */
async function output(
  t: TestContext,
  program: string,
  args: readonly string[],
  input = '',
  until?: RegExp,
): Promise<string | undefined> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  killAfter(t, child);
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (until?.test(said)) child.stdin.end();
  });
  child.stdin.on('error', () => undefined);
  child.stdin.write(input);
  if (!until) child.stdin.end();
  const missing = once(child, 'error').then(() => undefined);
  return Promise.race([missing, exitOf(child).then(() => said)]);
}
