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
import { threadsAccept } from '../serving/hand-off.js';
import type { ModelFactory } from '../serving/host.js';

export const threadPerClient: ModelFactory = (host) =>
  threadsAccept(host.threads.handOff) ? acceptedByThreads(host) : acceptedByMain(host);

const acceptedByMain: ModelFactory = async (host) => {
  const threads =
    host.threads.handOff === 'task'
      ? await (await import('../threads/hand-off/task-threads.js')).TaskThreads.start(host)
      : await ClientThreads.start(host);
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

/** With `--handoff share` or `reuse-port`, the loop is each thread's own. */
const acceptedByThreads: ModelFactory = async (host) => {
  const { AcceptingThreads } = await import('../threads/hand-off/accepting-threads.js');
  const threads = await AcceptingThreads.start(host);
  return {
    clients: threads,
    takesDescriptors: true,
    listening: threads.listening,
    serve(acceptor) {
      threads.acceptFor(acceptor);
      return Promise.resolve();
    },
  };
};
