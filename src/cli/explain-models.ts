/**
 * The pages of `handoff explain`: one page of text per model, at most 40 lines of 100 columns. Code
 * and drawings have at most 60 columns: fit.ts wraps only the paragraphs for a narrower terminal. A
 * change to the code that a page names changes the page too. explain.ts prints a page, followed by
 * the last measurements. What clients wait for has the words of docs/logs.md.
 */
import type { ModelName } from '../serving/host.js';
import { TIME_WORDS } from '../serving/time-words.js';

export const explanations: Readonly<Record<ModelName, string>> = {
  iterative: `
iterative: one client after the other, on the main thread

    for await (const client of acceptor)
      await clients.serve(client);

    clients ─► backlog ─► queue ───► main thread
               4096       --queue,   client 1: recv … close
               at most    4096       client 2:        recv …

  1. The kernel completes the handshake. The main thread accepts the connection at its event loop's
     next turn. The connection waits in the kernel's backlog only while a handler computes.
     net.core.somaxconn may limit the backlog to less than 4096.
  2. While the main thread serves another client, the new client waits in the server's queue and
     the log says "queued". If the queue is full, or with --overflow refuse, the acceptor answers
     "ERR server full" and closes the connection.
  3. The main thread serves the first client of the queue. recv and sendAll return promises. While
     one of them is pending, the main thread only accepts and queues.
  4. When the handler ends or the client disconnects, the main thread closes the connection and logs
     "closed" (thread 0; waitedMs is the time in the queue). Then it takes the next client.

A client  is ${TIME_WORDS.backlog}, while a handler computes; ${TIME_WORDS.queue}, while main serves others;
          then ${TIME_WORDS.client} or ${TIME_WORDS.computing}.
Good for  short and rare conversations; code that must never serve two clients at once; a first
          server.
Bad for   slow clients: a client that connects and sends nothing stops the service for all others.
          --idle-timeout limits that time.
Code      src/models/iterative.ts (the loop), src/server/acceptor.ts (the queue),
          src/connection/stream.ts, src/models/main-thread-clients.ts (one client from start to end)
`,
  'event-loop': `
event-loop: all clients at once, on the main thread

    for await (const client of acceptor)
      void clients.serve(client);

    clients ─► acceptor ─► main thread
                client 1: recv ············· send ······
                client 2: ···· recv ············· send ·
                client 3: ·········· recv ··············
    (·: suspended at an await until libuv reports bytes)

  1. The main thread accepts a connection and starts its handler at once. The loop does not wait for
     the handler's end, so no client waits in the queue and no client is refused.
  2. recv and sendAll return promises. An await suspends the handler, which then costs a few
     kilobytes of memory. libuv polls all descriptors and resumes a handler when its bytes arrive.
  3. A handler yields only at an await. Between two awaits nothing else runs, so the service needs
     no lock. But while one handler computes, the main thread accepts, reads and answers no client.
  4. When the handler ends or the client disconnects, the main thread closes the connection and logs
     "closed" (thread 0).

A client  is ${TIME_WORDS.backlog}, while a handler computes; never ${TIME_WORDS.queue};
          then ${TIME_WORDS.loop}, while another handler computes, ${TIME_WORDS.client} or
          ${TIME_WORDS.computing}.
Good for  thousands of clients that mostly wait; many small requests; state that clients share,
          because one thread has no data races.
Bad for   services that compute: 100 ms of computing delays every other client by 100 ms. The model
          uses one core, however many the machine has.
Code      src/models/event-loop.ts (the loop), src/connection/stream.ts (recv and sendAll),
          src/models/main-thread-clients.ts (one client from start to end)
`,
  'thread-per-client': `
thread-per-client: each client on its own thread, with blocking reads and writes

    for await (const client of acceptor) {
      void threads.serve(client);
      await threads.available();
    }

    main thread                      client thread
    accept ── lend: fd in mailbox ─► recv(2) … send(2) … end
    close ◄── settled, rings bell ── (asleep while it waits)

  1. Main accepts a connection and reads nothing from it, so libuv never polls its descriptor.
  2. Main gives the client to the free thread that served last, or starts a new thread, up to
     --threads (64). While all threads are busy, the client waits in the server's queue. If the
     queue is full, or with --overflow refuse, the acceptor refuses the client.
  3. Main makes the descriptor blocking and writes its number into the thread's mailbox in shared
     memory. The thread wakes and calls recv(2) and send(2) on the descriptor. In recv it sleeps in
     the kernel until bytes arrive.
  4. Main still owns the descriptor. To end a conversation early, main shuts the descriptor down and
     the blocked recv returns 0. Nothing else wakes the thread.
  5. When the handler ends, the thread rings the bell. Main closes the descriptor and logs "closed"
     with the thread's number. The thread takes its next client or waits on its mailbox.

A client  is ${TIME_WORDS.queue}, while all threads have clients; ${TIME_WORDS.thread}, while one
          starts; then ${TIME_WORDS.core}, while more threads compute than there are cores,
          ${TIME_WORDS.loop}, when it calls what clients share, ${TIME_WORDS.client} or
          ${TIME_WORDS.computing}.
Good for  services that compute or block, because threads use all cores; slow clients, because each
          delays only its own thread. State that clients share stays on main and needs no locks.
Bad for   thousands of clients that mostly wait: each thread costs several megabytes and compiles
          its own code. Linux only.
Code      src/models/thread-per-client.ts (the loop), src/threads/lease.ts (who owns the
          descriptor), src/threads/client-threads.ts, src/threads/thread-pool.ts,
          src/threads/mailbox.ts, workers/serve-client.ts, src/connection/blocking.ts
`,
  'worker-event-loops': `
worker-event-loops: many clients on each of several threads, one event loop a core

    for await (const client of acceptor) {
      workers.serve(client);
      await workers.available();
    }

    main thread                     worker 1 … N
    accept ── take: fd ───────────► its own copy of the fd
    close ◄── has begun ──────────  client 1: recv ·· send
    "closed" ◄── has ended ───────  client 4: ·· recv ····

  1. Main accepts a connection and reads nothing from it. --policy chooses the worker: one after the
     other (round-robin), the one with the fewest clients (least-connections), or the better of two
     drawn at random (two-choices). There are --workers of them, by default one a core.
  2. Main sends the worker the descriptor's number. The worker makes a copy of the descriptor, which
     libuv polls in its event loop, and main closes its own. No client waits in the queue.
  3. In the worker, recv and sendAll return promises, as under event-loop. While one handler
     computes, the other clients of this worker wait; those of other workers do not.
  4. When the handler ends, the worker closes its descriptor and reports to main, which logs
     "closed" with the worker's number. What one turn of a loop has to say goes in one message.
  5. A worker that dies takes its clients with it; a new one replaces it. Clients that it had not
     begun with go to another worker.

A client  is never ${TIME_WORDS.queue}; ${TIME_WORDS.thread}, until its worker's loop turns; then
          ${TIME_WORDS.loop}, while another client of its worker computes or when it calls what
          clients share, ${TIME_WORDS.client} or ${TIME_WORDS.computing}.
Good for  hundreds of clients and more, when one core is not enough: it is the model to choose then.
Bad for   few clients that compute for long: two on one worker wait for each other. State that
          clients share stays on main, and each call of it crosses threads. Linux only.
Code      src/models/worker-event-loops.ts (the loop), src/threads/loops/ (loop-workers.ts first),
          workers/serve-clients.ts, src/connection/stream.ts
`,
};
