/**
 * What `handoff explain` says of each model: a page of text, written after the code that it names.
 * Whoever changes that code changes the page. explain.ts prints it and adds what was measured.
 */
import type { ModelName } from '../serving/host.js';

export const explanations: Readonly<Record<ModelName, string>> = {
  iterative: `
iterative: one client after the other, on the main thread

    for await (const client of acceptor) await clients.serve(client);

    clients ──► kernel's backlog ──► acceptor's queue ──► main thread
                4096 at most         --queue, 4096        client 1: recv … send … end, close
                                                          client 2:                    recv …

  1. The kernel completes the handshake. Main accepts as soon as its event loop turns, so a
     connection waits in the kernel's backlog (shorter if net.core.somaxconn is) only while a
     handler computes.
  2. Nobody asks the acceptor for it while another client is served: it waits in the queue ("queued"
     in the log), or is told "ERR server full" where the queue is full or with --overflow refuse.
  3. The first in the queue is served on the main thread. recv and sendAll are promises; while one
     is pending main does nothing but accept and queue.
  4. When the handler ends or the client is gone, main closes the connection, logs "closed" (thread
     0, waitedMs: the time in the queue) and takes the next.

Good for  short conversations that are rare; code that must never see two clients at once; a first
          server.
Wrong for any client that can take its time: one that connects and says nothing stops the service
          for all others. --idle-timeout limits for how long.
Code      src/models/iterative.ts (the loop), src/server/acceptor.ts (the queue),
          src/connection/stream.ts, src/models/main-thread-clients.ts (one client from start to end)
`,
  'event-loop': `
event-loop: all clients at once, on the main thread

    for await (const client of acceptor) void clients.serve(client);

    clients ──► acceptor ──► main thread   client 1: recv ········· send · recv ····
                                           client 2: ···· recv · send ······· recv
                                           client 3: ··········· recv ····· send ···
                             (·: suspended at an await; libuv tells main whose bytes have come)

  1. Main accepts a connection and starts its handler at once; the loop does not wait for its end.
     So nobody waits in the acceptor's queue, and nobody is refused.
  2. recv and sendAll are promises. A handler that awaits one is suspended, a few kilobytes of
     memory; libuv polls all descriptors and resumes whoever's bytes have come.
  3. A handler gives way only at an await. Between two of them nothing else runs: no lock is needed,
     and no client is accepted, read or answered while one computes.
  4. When the handler ends or the client is gone, main closes the connection and logs "closed",
     thread 0.

Good for  thousands of clients that mostly wait; many small requests; state that clients share,
          which has one thread and so no races.
Wrong for services that compute: one answer of 100 ms is 100 ms of silence for everybody. It uses
          one core, however many there are.
Code      src/models/event-loop.ts (the loop), src/connection/stream.ts (recv and sendAll),
          src/models/main-thread-clients.ts (one client from start to end)
`,
  'thread-per-client': `
thread-per-client: each client on a thread of its own, with blocking reads and writes

    for await (const client of acceptor) {
      void threads.serve(client);
      await threads.available();
    }

    main thread: accept ── lend: fd into a mailbox ──►  client thread: recv(2) … send(2) … end
                 close  ◄── settled, rings the bell ──                 (asleep while it waits)

  1. Main accepts a connection and reads nothing from it, so libuv never polls its descriptor.
  2. A free thread gets it, the one that has served last; or a new one is started, up to --threads
     (64). While all are taken the client waits in the acceptor's queue, or is refused there.
  3. Main makes the descriptor blocking and writes its number into the thread's mailbox in shared
     memory. The thread wakes and calls recv(2) and send(2) on it: it sleeps in the kernel until
     bytes come.
  4. Main still owns the descriptor. To end a conversation early it shuts the descriptor down, upon
     which the blocked recv returns 0; nothing else would wake the thread.
  5. The handler ends, the thread rings the bell, main closes the descriptor and logs "closed" with
     the thread's number. The thread takes its next client, or waits on its mailbox.

Good for  services that compute or block, on as many cores as there are; a slow client keeps its own
          thread busy and nobody else. What clients share still lives on main, which needs no locks.
Wrong for thousands of clients that mostly wait: each costs a thread, several megabytes, and each
          thread compiles code of its own. Linux only.
Code      src/models/thread-per-client.ts (the loop), src/threads/lease.ts (who owns the
          descriptor), src/threads/client-threads.ts, src/threads/thread-pool.ts,
          src/threads/mailbox.ts, workers/serve-client.ts, src/connection/blocking.ts
`,
};
