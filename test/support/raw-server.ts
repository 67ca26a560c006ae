/**
 * A server on a free port of 127.0.0.1 that does with each connection what the test wants, right or
 * wrong.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Cleanup } from './server.js';

/** @returns its port */
export async function startRawServer(t: Cleanup, serve: (socket: Socket) => void): Promise<number> {
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    t.after(() => void socket.destroy());
    socket.on('error', () => undefined);
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  t.after(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A port of 127.0.0.1 on which no server listens. */
export async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Answers each HTTP request with these bytes, each text in a separate segment, and ends. */
export function answering(...texts: readonly (string | Uint8Array)[]): (socket: Socket) => void {
  return (socket) => {
    socket.once('data', () => void sayInTurn(socket, texts));
  };
}

async function sayInTurn(socket: Socket, texts: readonly (string | Uint8Array)[]): Promise<void> {
  for (const text of texts) {
    await new Promise<void>((resolve) => socket.write(text, () => resolve()));
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
}
