/**
 * Echo server in Node: `net` and nothing else.
 *
 * It stands for what our event-loop model costs: the same loop and the same sockets, without connections,
 * handlers, awaits or logs. Read next: src/models/event-loop.ts.
 */
import { createServer, type AddressInfo } from 'node:net';

const server = createServer({ noDelay: true }, (socket) => {
  // A client that resets its connection is its own affair; unheard, the event would end the server.
  socket.on('error', () => socket.destroy());
  socket.pipe(socket);
});

server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
  console.log((server.address() as AddressInfo).port);
});
