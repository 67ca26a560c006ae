/** A server that the test itself plays: each connection is a {@link Client} at its other end. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Client } from './client.js';
import { eventually } from './eventually.js';
import type { Cleanup } from './server.js';

interface FakeServer {
  readonly port: number;
  /** The next connection, in the order of arrival. */
  accept(): Promise<Client>;
}

export async function startFakeServer(t: Cleanup): Promise<FakeServer> {
  const clients: Client[] = [];
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    t.after(() => void socket.destroy());
    clients.push(new Client(socket));
  });
  server.listen(0, '127.0.0.1');
  t.after(() => void server.close());
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    accept: () => eventually('a connection', () => clients.shift()),
  };
}
