/** Lookups that need no network: this machine and its loopback. */
import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { describe, it } from 'node:test';
import { lookUp } from '../../../src/clients/once/lookup.js';
import { StartError } from '../../../src/base/errors.js';

const PATIENT_MS = 30_000;

describe('lookup', { timeout: 60_000 }, () => {
  it('finds the addresses and names of localhost', async () => {
    const info = await lookUp('localhost', 'http', PATIENT_MS);
    assert.equal(info.hostname, hostname());
    assert.equal(info.address, '127.0.0.1');
    assert.equal(info.canonical.name, 'localhost');
    assert.ok(
      info.reverse.some(
        ({ address, names }) => address === '127.0.0.1' && names.includes('localhost'),
      ),
    );
    assert.deepEqual(
      info.records.filter(({ family, type }) => family === 'AF_INET' && type === 'SOCK_STREAM'),
      [{ family: 'AF_INET', type: 'SOCK_STREAM', protocol: 'tcp', port: 80, address: '127.0.0.1' }],
    );
  });

  it('accepts an address as the name', async () => {
    const { address, records, reverse } = await lookUp('::1', '8080', PATIENT_MS);
    assert.equal(address, undefined);
    assert.deepEqual(
      reverse.map((of) => of.address),
      ['::1'],
    );
    const kinds = records.map(({ family, type, protocol, port }) => [family, type, protocol, port]);
    assert.deepEqual(kinds, [
      ['AF_INET6', 'SOCK_STREAM', 'tcp', 8080],
      ['AF_INET6', 'SOCK_DGRAM', 'udp', 8080],
      ['AF_INET6', 'SOCK_RAW', 'ip', 8080],
    ]);
  });

  it('finds a service by an alias, and its socket types', async () => {
    const domain = await lookUp('127.0.0.1', 'domain', PATIENT_MS);
    assert.deepEqual(
      domain.records.map(({ protocol, port }) => [protocol, port]),
      [
        ['tcp', 53],
        ['udp', 53],
      ],
    );
    const { records } = await lookUp('127.0.0.1', 'mail', PATIENT_MS);
    assert.deepEqual(
      records.map(({ protocol, port }) => [protocol, port]),
      [['tcp', 25]],
    );
  });

  for (const [name, service, complaint] of [
    [
      'host.invalid',
      undefined,
      /^host\.invalid: (no such host|the name service did not answer) \(E\w+\)$/,
    ],
    ['\u001b[31m.invalid', undefined, /^␛\[31m\.invalid: /],
    ['x'.repeat(300), undefined, /^x+: not a valid host name|no such host/],
    ['localhost', 'no such service', /^\/etc\/services has no service "no such service"$/],
    ['localhost', '65536', /^there is no port 65536$/],
    ['localhost', '', /^\/etc\/services has no service ""$/],
  ] as const) {
    it(`fails in one line for ${JSON.stringify(name.slice(0, 20))} ${service ?? ''}`, async () => {
      await assert.rejects(lookUp(name, service, PATIENT_MS), (error: Error) => {
        assert.match(error.message, complaint);
        return error instanceof StartError;
      });
    });
  }
});
