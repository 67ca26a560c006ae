/**
 * What runs inside a client thread: takes one client after the other out of its mailbox and serves it with blocking
 * calls. The pool's task of a thread begins with its first client and ends with the server.
 *
 * The descriptor is borrowed and never closed here (src/threads/lease.ts). Between clients the thread blocks on its mailbox,
 * during a client in recv(2) or send(2); only a service that awaits something returns to this thread's event loop.
 * Keep the imports small: each thread loads them again.
 */
import { createRequire } from 'node:module';
import { parentPort, threadId } from 'node:worker_threads';
import { BlockingConnection } from '../src/connection/blocking.js';
import { setTimeouts } from '../src/base/libc.js';
import { openLogLazily, type LogSettings } from '../src/log/log.js';
import { Bell, Mailbox } from '../src/threads/mailbox.js';
import { monotonicMs } from '../src/base/clock.js';
import { converse } from '../src/services/conversation.js';
import { loadService } from '../src/services/load.js';
import type { ServiceOptions } from '../src/services/service.js';
import { CallBox, remoteSession } from '../src/threads/calls.js';
import { rehearse } from './rehearse.js';

/** What main gives a thread once, when it starts. */
export interface ThreadTask {
  /** Names the seat in what the thread says. */
  readonly seat: number;
  readonly mailbox: SharedArrayBuffer;
  readonly bell: SharedArrayBuffer;
  /** For calls of what the clients share, where they share anything. */
  readonly calls: SharedArrayBuffer | undefined;
  /** The URL of the service's module. */
  readonly module: string;
  readonly options: ServiceOptions;
  /** Started beforehand: there is time to rehearse. */
  readonly warm: boolean;
  readonly idleMs: number;
  readonly log: LogSettings;
}

/** What a thread says to main. */
export type FromThread =
  | {
      readonly kind: 'ready';
      readonly seat: number;
      readonly thread: number;
      /** Its place below /proc, where its state can be looked up: `123/task/125`. */
      readonly kernelThread: string | undefined;
    }
  /** The bell was rung: some client threads have settled, or wait for a call to be answered. */
  | { readonly kind: 'bell' };

export default async function serveClients(task: ThreadTask): Promise<void> {
  const service = await loadService(task.module);
  const mailbox = new Mailbox(task.mailbox);
  const bell = new Bell(task.bell);
  const log = openLogLazily(task.log, { thread: threadId });
  const ring = () => {
    if (bell.ring()) say({ kind: 'bell' });
  };
  const shared = task.calls && remoteSession(new CallBox(task.calls), ring);
  const context = { options: task.options, log, debug: task.log.level === 'debug', shared };
  if (task.warm) await rehearse();
  // Exposed where there are so many threads that it matters: see MANY_THREADS in src/cli/serve.ts.
  globalThis.gc?.();
  // A rejection that a service forgot comes up when the thread next waits, by then most likely in another client's time.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'service failed'));
  say({ kind: 'ready', seat: task.seat, thread: threadId, kernelThread: ownKernelThread() });
  for (let lent = mailbox.take(); lent !== undefined; lent = mailbox.take()) {
    if (task.idleMs > 0) setTimeouts(lent.fd, task.idleMs);
    mailbox.startedAtMs = monotonicMs();
    const connection = new BlockingConnection(lent.id, lent.fd, mailbox);
    const reason = await converse(service, connection, context);
    connection.release();
    mailbox.settle(reason);
    ring();
  }
}

// Not by import: see src/base/libc.ts.
const { readlinkSync } = createRequire(import.meta.url)('node:fs') as typeof import('node:fs');

function ownKernelThread(): string | undefined {
  try {
    return readlinkSync('/proc/thread-self');
  } catch {
    // Without /proc it is only shown that this thread has a client, not what it does.
    return undefined;
  }
}

function say(message: FromThread): void {
  parentPort?.postMessage(message);
}
