/**
 * The lecture's countFunction with a socket. The message is a name; the answers are `name0` …
 * `name10`, one a line, each after a random pause. Two clients at once show how their answers
 * interleave.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { forEachMessage } from '../connection/lines.js';
import { reply } from '../connection/text.js';
import type { Service } from './service.js';

const LAST = 10;

export const service: Service = {
  serve(connection, { options }) {
    connection.startDeadline('login');
    return forEachMessage(connection, options.framing, async (name) => {
      if (name.trim() === '') return reply(connection, 'ERR a name is expected\n');
      connection.endDeadline('login');
      for (let count = 0; count <= LAST; count++) {
        await sleep(Math.random() * options.maxPauseMs);
        await reply(connection, `${name}${count}\n`);
      }
      return undefined;
    });
  },
};
