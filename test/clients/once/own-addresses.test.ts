/** The machine's own addresses: what the kernel lists, and one that a server can be reached at. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, it } from 'node:test';
import { ownAddresses } from '../../../src/clients/once/own-addresses.js';

const isAlone = Object.values(networkInterfaces())
  .flatMap((infos = []) => infos)
  .every(({ internal }) => internal);

describe("this machine's addresses", () => {
  it('are those of all interfaces; the loopback reaches only the machine itself', async () => {
    const { addresses } = await ownAddresses();
    const listed = Object.values(networkInterfaces()).flatMap((infos = []) => infos);
    assert.deepEqual(
      addresses.map(({ address }) => address),
      listed.map(({ address }) => address),
    );
    const loopback = addresses.find(({ address }) => address === '127.0.0.1');
    const { interface: name, ...rest } = loopback ?? { interface: '' };
    assert.notEqual(name, '');
    assert.deepEqual(rest, { family: 'AF_INET', address: '127.0.0.1', reach: 'this machine' });
  });

  it('have one for others, which a server that listens everywhere answers at', async (t) => {
    const { addresses, forOthers } = await ownAddresses();
    if (isAlone) {
      assert.equal(forOthers, undefined);
      return;
    }
    assert.ok(forOthers !== undefined);
    assert.equal(addresses.find(({ address }) => address === forOthers)?.reach, 'its network');
    const server = createServer((socket) => socket.end()).listen(0);
    t.after(() => void server.close());
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, forOthers).resume();
    await once(socket, 'end');
  });
});
