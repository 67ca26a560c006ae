/**
 * Echo server in Node: the main thread keeps the sockets, and worker threads get the bytes.
 *
 * It is the usual answer to "how do I give a socket to a worker thread": main reads, posts the bytes
 * over a message port, and writes what comes back. Every message crosses twice. A worker that dies
 * takes the state of its clients with it, so main closes them, and starts another one. On SIGUSR2
 * it ends one, for the experiment hand-off. Read next: src/models/thread-per-client.ts, in which the
 * thread itself reads and writes.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

/** The bytes of one client, on the way in both directions. */
interface Bytes {
  readonly client: number;
  readonly bytes: Uint8Array;
}

/** A worker thread and its clients. Main thread. */
class ProxiedWorker {
  readonly clients = new Map<number, Socket>();
  #worker = this.#start();

  add(client: number, socket: Socket): void {
    this.clients.set(client, socket);
    socket.on('data', (bytes) => this.#worker.postMessage({ client, bytes }));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.clients.delete(client));
  }

  end(): void {
    void this.#worker.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL(import.meta.url));
    worker.on('message', ({ client, bytes }: Bytes) => this.clients.get(client)?.write(bytes));
    worker.on('error', () => undefined);
    worker.on('exit', () => {
      for (const socket of this.clients.values()) socket.destroy();
      this.#worker = this.#start();
    });
    return worker;
  }
}

if (isMainThread) {
  const workers = Array.from({ length: availableParallelism() }, () => new ProxiedWorker());
  let accepted = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    const client = accepted++;
    workers[client % workers.length]?.add(client, socket);
  });
  server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
    console.log((server.address() as AddressInfo).port);
  });
  process.on('SIGUSR2', () => workers[0]?.end());
} else {
  parentPort?.on('message', (message: Bytes) => parentPort?.postMessage(message));
}
