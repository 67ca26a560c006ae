/** The warning of a service with passwords that others on the network can read. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { isLoopback } from '../../src/serving/loopback.js';
import { makeCertificate, NO_OPENSSL } from '../support/certificates.js';
import { environment } from '../support/environment.js';
import { CLI, killAfter, temporaryDirectory } from '../support/handoff.js';
import { LogLines, type LogLine } from '../support/log-lines.js';

const ALONE = ['unshare', '-rn'] as const;
/** A server beyond loopback stands in a network of its own, where nobody else reaches it. */
const NO_NAMESPACE =
  spawnSync(ALONE[0], [ALONE[1], 'true']).status === 0 ? false : 'unshare -rn is not permitted';

describe('a loopback address', () => {
  it('is 127.0.0.0/8, ::1, or the former as an IPv6 address', () => {
    for (const address of ['127.0.0.1', '127.255.0.9', '::1', '::ffff:127.0.0.1'])
      assert.ok(isLoopback(address), address);
    for (const address of ['0.0.0.0', '::', '192.0.2.1', '10.0.0.1', 'fe80::1', '::ffff:10.0.0.1'])
      assert.ok(!isLoopback(address), address);
  });
});

describe('a quiz', { timeout: 30_000, skip: NO_NAMESPACE }, () => {
  for (const host of ['0.0.0.0', '::', '192.0.2.1'])
    it(`at ${host} warns of its passwords, and says what to do`, async (t) => {
      const { level, address, risk, remedy } = await warningOf(t, ['--host', host]);
      assert.deepEqual({ level, address }, { level: 'warn', address: host });
      assert.match(String(risk), /passwords/);
      assert.match(String(remedy), /--tls-cert .*--host 127\.0\.0\.1/);
    });

  it('on loopback does not, nor does a service without passwords', async (t) => {
    assert.deepEqual(await warningOf(t, ['--host', '127.0.0.1']), {});
    assert.deepEqual(await warningOf(t, ['--host', 'localhost']), {});
    assert.deepEqual(await warningOf(t, ['--host', '0.0.0.0'], 'echo'), {});
    const path = join(temporaryDirectory(t), 'socket');
    assert.deepEqual(await warningOf(t, ['--socket', path]), {});
  });

  it('with TLS does not', { skip: NO_OPENSSL }, async (t) => {
    const { cert, key } = makeCertificate(t);
    const tls = ['--tls-cert', cert, '--tls-key', key];
    assert.deepEqual(await warningOf(t, ['--host', '0.0.0.0', ...tls]), {});
  });
});

/** The warning of a server that starts and stops in a network of its own; empty: there was none. */
async function warningOf(
  t: TestContext,
  args: readonly string[],
  service = 'quiz',
): Promise<Partial<LogLine>> {
  const where = args.includes('--socket') ? [] : ['--port', '0'];
  const all = [CLI, 'serve', service, '--model', 'event-loop'];
  const setUp = 'ip link set lo up; ip address add 192.0.2.1/32 dev lo; exec "$@"';
  const child = spawn(
    ALONE[0],
    [ALONE[1], 'sh', '-c', setUp, 'sh', process.execPath, ...all, ...where, ...args],
    { env: environment({ HANDOFF_STORE: ':memory:' }), stdio: ['ignore', 'pipe', 'ignore'] },
  );
  killAfter(t, child);
  const log = new LogLines(child.stdout);
  await log.next('listening');
  child.kill('SIGTERM');
  await log.end();
  return log.of('passwords unencrypted')[0] ?? {};
}
