/** The lecture's first TCP server: one message, `Hello in return!`, close. */
import { reply } from '../connection/text.js';
import type { Service } from './service.js';

export const service: Service = {
  async serve(connection) {
    const message = await connection.recv();
    if (message.length > 0) await reply(connection, 'Hello in return!');
  },
};
