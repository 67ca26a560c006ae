/**
 * Sends the date and the time with microseconds to each client and closes. Answers each datagram
 * with them.
 */
import { reply } from '../connection/text.js';
import { now } from './clock.js';
import { formatTime } from './date.js';
import type { DatagramService, Service } from './service.js';

export const service: Service = {
  async serve(connection) {
    await reply(connection, present());
  },
};

export const datagram: DatagramService = {
  answer: () => ({ reply: present() }),
};

function present(): string {
  return formatTime('%Y-%m-%d %H:%M:%S.%f\n', now());
}
