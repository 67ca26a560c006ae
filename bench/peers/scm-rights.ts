/**
 * Echo server in Node: the main process accepts, and sends each descriptor to a child process.
 *
 * `child.send(message, socket)` is Node's use of SCM_RIGHTS: libuv sends the descriptor in a control
 * message of the Unix-domain socket between the two processes, the child acknowledges it, and the
 * parent then closes its own. A process that dies takes its clients with it, and is replaced. On
 * SIGUSR2 the main process kills one, for the experiment hand-off. Read next:
 * message-port-proxy.ts, for threads, which cannot be sent a descriptor.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The argument that makes this program a child. */
const CHILD = 'child';

if (process.argv[2] === CHILD) {
  process.on('message', (_message, socket: Socket | undefined) => {
    // A client that left on the way arrives as undefined.
    if (socket === undefined) return;
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  process.on('disconnect', () => process.exit());
} else {
  const children = Array.from({ length: availableParallelism() }, start);
  let turn = 0;
  const server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    children[turn++ % children.length]?.send('socket', socket, (error) => {
      if (error !== null) socket.destroy();
    });
  });
  server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
    console.log((server.address() as AddressInfo).port);
  });
  process.on('SIGUSR2', () => children[0]?.kill('SIGKILL'));

  function start(_: unknown, place: number): ChildProcess {
    const child = fork(fileURLToPath(import.meta.url), [CHILD]);
    child.on('error', () => undefined).on('exit', () => (children[place] = start(_, place)));
    return child;
  }
}
