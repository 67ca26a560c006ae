/**
 * A service for our own models: an echo that ends its thread on request, for the experiment hand-off.
 * Where a model serves on main, the server ends.
 */
import type { Service } from '../../src/services/service.js';

/** The message that ends the thread. */
export const LAST_WORDS = 'end this thread\n';

export const service: Service = {
  async serve(connection) {
    await connection.forEachChunk((chunk) => {
      if (Buffer.from(chunk).toString() === LAST_WORDS) process.exit(1);
      return connection.sendAll(chunk);
    });
  },
};
