/** Upper-cases text and sends it back; right also when a character is cut between two chunks. */
import { forEachText, reply } from '../connection/text.js';
import type { Service } from './service.js';

export const service: Service = {
  serve: (connection) => forEachText(connection, (text) => reply(connection, text.toUpperCase())),
};
