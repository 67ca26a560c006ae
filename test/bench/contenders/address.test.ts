/** Addresses of servers, and the rule that a load stays on this machine unless --remote is given. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAddress, resolveAddress } from '../../../bench/contenders/address.js';

const HERE = { isRemoteAllowed: false };

describe('parseAddress', () => {
  it('takes a host and a port, or only a port of this machine', () => {
    assert.deepEqual(parseAddress('localhost:7000', 'load'), { host: 'localhost', port: 7000 });
    assert.deepEqual(parseAddress('192.0.2.1:1', 'load'), { host: '192.0.2.1', port: 1 });
    assert.deepEqual(parseAddress('65535', 'load'), { host: '127.0.0.1', port: 65_535 });
  });

  for (const text of ['', 'host', ':80', 'host:', 'host:0', 'host:65536', 'a b:80', 'a/b:80']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseAddress(text, 'load'), {
        name: 'UsageError',
        message: `load takes host:port, not ${JSON.stringify(text)}`,
      });
    });
  }

  it('says that IPv6 is not supported', () => {
    assert.throws(() => parseAddress('[::1]:80', 'load'), /IPv6 is not supported$/);
  });
});

describe('resolveAddress', () => {
  for (const host of ['127.0.0.1', '127.9.8.7', 'localhost']) {
    it(`takes ${host} as this machine, without a word`, async () => {
      const { ip } = await resolveAddress({ host, port: 80 }, HERE);
      assert.match(ip, /^127\./);
    });
  }

  it('refuses another machine without --remote', async () => {
    await assert.rejects(resolveAddress({ host: '192.0.2.1', port: 80 }, HERE), {
      name: 'UsageError',
      message: /^192\.0\.2\.1:80 is not on loopback\..*--remote/,
    });
  });

  it('warns about another machine with --remote', async (t) => {
    const write = t.mock.method(process.stderr, 'write', () => true);
    const found = await resolveAddress({ host: '192.0.2.1', port: 80 }, { isRemoteAllowed: true });
    assert.equal(found.ip, '192.0.2.1');
    assert.match(String(write.mock.calls[0]?.arguments[0]), /permission of its owner/);
  });

  it('refuses a name without an IPv4 address', async () => {
    await assert.rejects(resolveAddress({ host: 'no-such-host.invalid', port: 80 }, HERE), {
      name: 'StartError',
      message: 'no IPv4 address of no-such-host.invalid is known',
    });
  });
});
