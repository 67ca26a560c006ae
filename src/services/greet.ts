/** The lecture's first TCP server: answers one message with `Hello in return!` and closes. */
import { reply } from '../connection/text.js';
import type { Service } from './service.js';

export const service: Service = {
  async serve(connection) {
    const message = await connection.recv();
    if (message.length > 0) await reply(connection, 'Hello in return!');
  },
};
