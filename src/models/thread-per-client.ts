/**
 * The thread-per-client server: main lends every client to a thread of its own, which serves it
 * with blocking calls.
 *
 *     main:  accept ── lend descriptor ──►  client thread:  recv … send … recv … end
 *            close  ◄────── settled ─────
 *
 * Right for services that compute or block: a slow client occupies only its own thread. Wrong for
 * thousands of clients that mostly wait: each costs a thread's memory, several megabytes. The limit
 * on threads is the limit on clients; a further client waits in the acceptor's queue or is refused
 * there. Read threads/client-threads.ts next.
 */
import { ClientThreads } from '../threads/client-threads.js';
import type { ModelFactory } from '../serving/host.js';

export const threadPerClient: ModelFactory = async (host) => {
  const threads = await ClientThreads.start(host);
  return {
    clients: threads,
    takesDescriptors: true,
    async serve(acceptor) {
      threads.givesBackTo(acceptor);
      for await (const client of acceptor) {
        void threads.serve(client);
        await threads.available();
      }
    },
  };
};
