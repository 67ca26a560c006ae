/** Sends back each chunk. With `--once` only the first, as the lecture's TCPServer does. */
import type { DatagramService, Service } from './service.js';

export const service: Service = {
  async serve(connection, { options }) {
    if (options.once) {
      await connection.sendAll(await connection.recv());
      return;
    }
    await connection.forEachChunk((chunk) => connection.sendAll(chunk));
  },
};

export const datagram: DatagramService = {
  answer: (message) => ({ reply: message }),
};
