/**
 * The thread-per-client server: every client is lent to a thread of its own, which serves it with blocking calls.
 *
 *     main:  accept ── lend descriptor ──►  client thread:  recv … send … recv … end
 *            close  ◄── give back ───────
 *
 * Right for services that compute or block: a slow client keeps its own thread busy and nobody else. Wrong for
 * thousands of clients that mostly wait: each costs a thread's memory, several megabytes. The limit on threads
 * is the limit on clients; who comes later waits in the acceptor's queue or is refused there.
 * Read threads/client-threads.ts next.
 */
import { ClientThreads } from '../threads/client-threads.js';
import type { ModelFactory } from '../serving/host.js';

export const threadPerClient: ModelFactory = async (host) => {
  const threads = await ClientThreads.start(host);
  return {
    clients: threads,
    async serve(acceptor) {
      for await (const client of acceptor) {
        void threads.serve(client);
        await threads.available();
      }
    },
  };
};
