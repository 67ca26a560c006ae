import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type ListenOptions, type Socket } from 'node:net';
import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { endpointOf, formatEndpoint } from '../../src/connection/endpoint.js';
import { peerSocketAddress } from '../../src/base/libc/socket.js';

const linux = process.platform === 'linux';

describe('formatEndpoint', () => {
  it('writes host and port, with brackets around an IPv6 host', () => {
    assert.equal(formatEndpoint('127.0.0.1', 5001), '127.0.0.1:5001');
    assert.equal(formatEndpoint('::1', 5001), '[::1]:5001');
    assert.equal(formatEndpoint('localhost', 0), 'localhost:0');
  });

  it('writes unix for a client without an address', () => {
    assert.equal(formatEndpoint(undefined, undefined), 'unix');
  });
});

describe('endpointOf', { skip: !linux && 'the layout is that of Linux' }, () => {
  for (const [groups, host] of [
    [[0, 0, 0, 0, 0, 0, 0, 1], '::1'],
    [[0, 0, 0, 0, 0, 0, 0, 0], '::'],
    [[0x2001, 0xdb8, 0, 0, 0, 0, 0, 0xabcd], '2001:db8::abcd'],
    [[0x2001, 0xdb8, 0, 1, 0, 0, 0, 1], '2001:db8:0:1::1'],
    [[0xfe80, 1, 2, 3, 4, 5, 6, 7], 'fe80:1:2:3:4:5:6:7'],
    [[0, 0, 0, 0, 0, 0xffff, 0xc0a8, 0x0102], '::ffff:192.168.1.2'],
    [[0, 0, 0, 0, 0, 0xffff, 0, 1], '::ffff:0.0.0.1'],
  ] as const) {
    it(`writes the IPv6 address ${host}`, () => {
      assert.equal(endpointOf(socketAddress6(groups, 40_000)), `[${host}]:40000`);
    });
  }

  it('writes an IPv4 address', () => {
    const address = Buffer.alloc(16);
    writeFamily(address, 2);
    address.writeUInt16BE(65_535, 2);
    address.set([192, 168, 1, 2], 4);
    assert.equal(endpointOf(address), '192.168.1.2:65535');
  });

  it('reads an address in the middle of a buffer', () => {
    const address = socketAddress6([0, 0, 0, 0, 0, 0, 0, 1], 80);
    const around = Buffer.concat([Buffer.alloc(3, 0xff), address]);
    assert.equal(endpointOf(around.subarray(3)), '[::1]:80');
  });

  it('writes unix for any other family', () => {
    const address = Buffer.alloc(110);
    writeFamily(address, 1);
    assert.equal(endpointOf(address), 'unix');
  });
});

describe('a peer', { skip: !linux && 'the layout is that of Linux' }, () => {
  for (const [name, listen, host] of [
    ['IPv4', { host: '127.0.0.1', port: 0 }, '127.0.0.1'],
    ['IPv6', { host: '::1', port: 0 }, '::1'],
    ['IPv4 at a dual-stack listener', { host: '::', port: 0 }, '127.0.0.1'],
    ['Unix-domain', { path: join(tmpdir(), `handoff-endpoint-${process.pid}`) }, undefined],
  ] as const satisfies [string, ListenOptions, string | undefined][]) {
    it(`has the same name from the system calls and from net: ${name}`, async (t) => {
      const server = createServer();
      t.after(() => void server.close());
      const listening = new Promise<boolean>((resolve) => {
        server.once('error', () => resolve(false)).listen(listen, () => resolve(true));
      });
      if (!(await listening)) {
        t.skip('this machine has no such address');
        return;
      }
      const address = server.address();
      if (address === null) throw new Error('the server does not listen');
      const client =
        typeof address === 'string'
          ? connect(address)
          : connect({ host: host ?? '', port: address.port });
      t.after(() => void client.destroy());
      const [socket] = (await once(server, 'connection')) as [Socket];
      t.after(() => void socket.destroy());
      const { _handle } = socket as unknown as { _handle: { fd: number } };
      assert.equal(
        endpointOf(peerSocketAddress(_handle.fd) ?? new Uint8Array()),
        formatEndpoint(socket.remoteAddress, socket.remotePort),
      );
    });
  }
});

function socketAddress6(groups: readonly number[], port: number): Buffer {
  const address = Buffer.alloc(28);
  writeFamily(address, 10);
  address.writeUInt16BE(port, 2);
  groups.forEach((group, index) => address.writeUInt16BE(group, 8 + 2 * index));
  return address;
}

function writeFamily(address: Buffer, family: number): void {
  if (endianness() === 'LE') address.writeUInt16LE(family, 0);
  else address.writeUInt16BE(family, 0);
}
