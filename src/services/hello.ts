/**
 * The exercise with two Python prompts: answers `Hello World` with `Hello Yourself`, and the next
 * message, or a time without one, with `Goodbye`: in the exercise, a client that waits in recv gets
 * it. A browser gets the exercise's page, byte for byte.
 */
import { asBuffer, reply } from '../connection/text.js';
import type { Service } from './service.js';

const PAGE = 'HTTP/1.0 200 OK\r\nContent-type: text/html\r\n\r\n<h1>Hello World</h1>';

export const service: Service = {
  async serve(connection, { options: { goodbyeMs } }) {
    const first = await connection.recv();
    if (first.length === 0) return;
    if (isHttpRequest(asBuffer(first).toString('latin1'))) {
      await reply(connection, PAGE);
      return;
    }
    await reply(connection, 'Hello Yourself');
    const second = await (goodbyeMs === 0 ? connection.recv() : connection.recvWithin(goodbyeMs));
    if (second?.length !== 0) await reply(connection, 'Goodbye');
  },
};

function isHttpRequest(text: string): boolean {
  return /^[A-Z]+ \S+ HTTP\/\d/.test(text);
}
