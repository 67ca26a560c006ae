/** Echo servers for the tests of the generator, honest or not: in the test's own process, or one that can be killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** A server for one test, which is closed with it. `connection` counts from 0, in the order of connecting. */
export async function serve(
  test: TestContext,
  onClient: (socket: Socket, connection: number) => void,
): Promise<number> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    // The generator closes with answers on their way, which resets: of no interest here.
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

/** A process of its own that echoes and, if told, kills itself at its so-manieth request. */
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
