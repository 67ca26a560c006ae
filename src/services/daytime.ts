/**
 * Sends the date and the time with microseconds to each client and closes. Answers each datagram
 * with them.
 */
import { asBuffer, reply } from '../connection/text.js';
import { isAnswer } from './answers.js';
import { now } from './clock.js';
import { formatTime } from './date.js';
import type { DatagramService, Service } from './service.js';

export const service: Service = {
  async serve(connection) {
    await reply(connection, present());
  },
};

export const datagram: DatagramService = {
  answer: (message) => (isAnswer(asBuffer(message).toString()) ? {} : { reply: present() }),
};

function present(): string {
  return formatTime('%Y-%m-%d %H:%M:%S.%f\n', now());
}
