/**
 * One service over IPv4, IPv6 and Unix-domain sockets, and the client's name in the log on each.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import type { ListenAddress } from '../../src/serving/listen-address.js';
import { connectClient } from '../support/client.js';
import { handOffs } from '../../src/serving/hand-off.js';
import { underEveryWay } from '../support/models.js';
import { startServer, type Cleanup } from '../support/server.js';

interface Transport {
  readonly name: string;
  readonly address: (t: Cleanup) => ListenAddress;
  /** The host that the client connects to, if it is not the server's address. */
  readonly clientHost?: string;
  /** The client's name in the log, from its port. */
  readonly peer: (port: number | undefined) => string;
  readonly skip?: string | false;
}

const noIPv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
)
  ? false
  : 'this machine has no ::1';

const transports: readonly Transport[] = [
  {
    name: 'IPv4',
    address: () => ({ host: '127.0.0.1', port: 0 }),
    peer: (port = 0) => `127.0.0.1:${port}`,
  },
  {
    name: 'IPv6',
    skip: noIPv6,
    address: () => ({ host: '::1', port: 0 }),
    peer: (port = 0) => `[::1]:${port}`,
  },
  {
    name: 'IPv4 to a server that listens on all addresses',
    skip: noIPv6,
    address: () => ({ host: '::', port: 0 }),
    clientHost: '127.0.0.1',
    peer: (port = 0) => `[::ffff:127.0.0.1]:${port}`,
  },
  {
    name: 'a Unix-domain socket',
    address: (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'handoff-socket-'));
      t.after(() => rmSync(folder, { recursive: true }));
      return { path: join(folder, 'echo') };
    },
    peer: () => 'unix',
  },
];

underEveryWay('echo', (model, handOff) => {
  const { needsTcp } = handOffs[handOff ?? 'lend'];
  for (const { name, address, clientHost, peer, skip = false } of transports) {
    if (needsTcp !== undefined && name.includes('Unix')) continue;
    it(`works over ${name}`, { skip }, async (t) => {
      const server = await startServer(t, {
        model,
        handOff,
        address: address(t),
        logLevel: 'info',
      });
      const to =
        clientHost === undefined ? server : { address: { host: clientHost, port: server.port } };
      const client = await connectClient(t, to);
      await client.exchange('Hello, how are you?', 'Hello, how are you?');
      const megabyte = randomBytes(1_048_576);
      await client.exchange(megabyte, megabyte);
      client.halfClose();
      await client.expectEnd();
      const line = await server.logLine('closed');
      assert.equal(line.peer, peer(client.localPort));
      assert.equal(line.reason, 'end');

      const rude = await connectClient(t, to);
      rude.send('and away');
      rude.close();
      const next = await connectClient(t, to);
      await next.exchange('still here', 'still here');
      const stopped = server.stop();
      await next.expectEnd();
      await stopped;
    });
  }
});
