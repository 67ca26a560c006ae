/** Sends text back in upper case, also when a character is cut between two chunks. */
import { asBuffer, forEachText, reply } from '../connection/text.js';
import type { DatagramService, Service } from './service.js';

export const service: Service = {
  serve: (connection) => forEachText(connection, (text) => reply(connection, text.toUpperCase())),
};

export const datagram: DatagramService = {
  answer: (message) => ({ reply: asBuffer(message).toString().toUpperCase() }),
};
