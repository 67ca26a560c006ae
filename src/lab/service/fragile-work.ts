/**
 * The service of the lab's servers: `work` (../../services/work.ts), with one more line. `die` fails
 * where nothing can catch it, as a fault in a timer does. Under thread-per-client this ends the
 * client's thread; where main serves the client, it ends the server. Loaded by `handoff serve` like
 * a service of the user's own, on whichever thread serves the client.
 */
import { forEachMessage } from '../../connection/lines.js';
import { answer } from '../../services/work.js';
import type { Service } from '../../services/service.js';

export const service: Service = {
  serve: (connection, { options }) =>
    forEachMessage(connection, options.framing, (line) =>
      line === 'die' ? die() : answer(connection, line),
    ),
};

/** The handler waits, so that a client thread turns its event loop, where the timer fails. */
function die(): Promise<never> {
  setImmediate(() => {
    throw new Error('a client of the lab asked for this failure');
  });
  return new Promise(() => undefined);
}
