/**
 * Rehearses conversations on a client thread that starts before its first client, so that V8 has
 * compiled the code when the client comes. Every thread compiles its own code. Client thread;
 * called by serve-client.ts.
 *
 * As --trace-opt shows, V8 marks a connection's loop after some 2,100 messages and compiles it at
 * its next call.
 */
import { BlockingConnection } from '../src/connection/blocking.js';
import {
  bindSocketPair,
  close,
  shutdown,
  SHUT_WR,
  SOCK_SEQPACKET,
} from '../src/base/libc/socket.js';
import type { Rehearsal } from '../src/services/service.js';
import { Mailbox } from '../src/threads/mailbox.js';

/** So few that all answers to them fit into a socket's buffer. */
const MESSAGES = 25;
const CONVERSATIONS = 96;

/**
 * The thread is its own client: it sends all messages of a conversation before it serves it, and
 * reads no answers.
 *
 * V8 throws compiled code away at the first value of a kind that it has not seen. Hence the
 * rehearsal uses a mailbox as its meter, and a new connection for each conversation.
 */
export async function rehearse(rehearsal: Rehearsal): Promise<void> {
  const openPair = bindSocketPair();
  const meter = new Mailbox();
  const bytes = Buffer.from(rehearsal.message);
  for (let conversation = 0; conversation < CONVERSATIONS; conversation++) {
    const [fd, clientFd] = openPair(SOCK_SEQPACKET);
    const client = new BlockingConnection(0, clientFd, meter);
    for (let sent = 0; sent < MESSAGES; sent++) client.sendAll(bytes);
    shutdown(clientFd, SHUT_WR);
    await rehearsal.serve(new BlockingConnection(0, fd, meter));
    close(fd);
    close(clientFd);
  }
}

/**
 * The rehearsal for a service without one of its own: an echo, which is the code that all services
 * share. Two handlers take turns, because the loop is to be compiled for any handler.
 */
export function echoRehearsal(): Rehearsal {
  let conversations = 0;
  return {
    message: 'x'.repeat(64),
    serve: (connection) =>
      connection.forEachChunk(
        ++conversations % 2 === 0
          ? (chunk) => connection.sendAll(chunk)
          : (chunk) => connection.sendAll(chunk),
      ),
  };
}
