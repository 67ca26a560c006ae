/** Echo servers for tests of the generator: in the test's process, or in one that can be killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** Starts a server that is closed with the test, and returns its port. Connections count from 0. */
export async function serve(
  test: TestContext,
  onClient: (socket: Socket, connection: number) => void,
): Promise<number> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    // The generator closes with answers in flight, which resets the connection.
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    onClient(socket, connections++);
  });
  test.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const PROCESS = `
  let requests = 0;
  const server = require('node:net').createServer({ noDelay: true }, (socket) =>
    socket.on('error', () => undefined).on('data', (bytes) => {
      requests += 1;
      if (requests === Number(process.argv[1])) process.kill(process.pid, 'SIGKILL');
      else socket.write(bytes);
    }));
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;

/** An echo server in a process of its own. It kills itself at request `diesAtRequest`; 0: never. */
export async function serveInProcess(
  test: TestContext,
  diesAtRequest = 0,
): Promise<{ readonly pid: number; readonly port: number }> {
  const child = spawn(process.execPath, ['-e', PROCESS, String(diesAtRequest)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  test.after(() => void child.kill('SIGKILL'));
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  if (child.pid === undefined) throw new Error('the server has no process');
  return { pid: child.pid, port: Number(text.toString()) };
}
