/** Tells the date and the time with microseconds as soon as a client connects, and closes. */
import { reply } from '../connection/text.js';
import { now } from './clock.js';
import { formatTime } from './date.js';
import type { Service } from './service.js';

export const service: Service = {
  async serve(connection) {
    await reply(connection, formatTime('%Y-%m-%d %H:%M:%S.%f\n', now()));
  },
};
