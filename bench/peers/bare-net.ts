/**
 * Echo server in Node: `net` and nothing else.
 *
 * Compared with it, our event-loop model shows what connections, handlers, awaits and logs cost:
 * the loop and the sockets are the same. Read next: src/models/event-loop.ts.
 */
import { createServer, type AddressInfo } from 'node:net';

const server = createServer({ noDelay: true }, (socket) => {
  // Without a listener for errors, a client's reset would end the server.
  socket.on('error', () => socket.destroy());
  socket.pipe(socket);
});

server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
  console.log((server.address() as AddressInfo).port);
});
