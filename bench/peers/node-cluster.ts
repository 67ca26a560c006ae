/**
 * Echo server in Node: `node:cluster`, a process for each core.
 *
 * The primary accepts and sends each descriptor to a worker process, in turns (SCHED_RR, Node's
 * default). It is what Node users have instead of sockets for threads. A worker that dies takes its
 * clients with it, and is replaced. On SIGUSR2 the primary kills one, for the experiment hand-off.
 * Read next: scm-rights.ts, the same by hand.
 */
import cluster from 'node:cluster';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';

if (cluster.isPrimary) {
  cluster.on('exit', () => cluster.fork());
  const workers = availableParallelism();
  let listening = 0;
  cluster.on('listening', (_worker, { port }) => {
    if (++listening === workers) console.log(port);
  });
  for (let worker = 0; worker < workers; worker++) cluster.fork();
  process.on('SIGUSR2', () => Object.values(cluster.workers ?? {})[0]?.process.kill('SIGKILL'));
} else {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  // The primary listens for all of them, so port 0 is drawn once.
  server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 });
}
