/**
 * Rehearses a conversation on a client thread that starts before its first client, so that V8 has
 * compiled the code when the client comes. Every thread compiles its own code. Client thread;
 * called by serve-client.ts.
 *
 * As --trace-opt shows, V8 marks a connection's loop after some 2,100 messages and compiles it at
 * its next call.
 */
import { BlockingConnection } from '../src/connection/blocking.js';
import { bindEchoSocket, shutdown, SHUT_RDWR } from '../src/base/libc.js';
import { Mailbox } from '../src/threads/mailbox.js';

const MESSAGES = 200;
const CONVERSATIONS = 12;

/**
 * The thread is its own client: it receives what it has sent on its socket, until it ends its
 * input.
 *
 * V8 throws compiled code away at the first value of a kind that it has not seen. Hence the
 * rehearsal uses a mailbox as its meter, a new connection for each conversation, and two services.
 */
export async function rehearse(): Promise<void> {
  const { open, close } = bindEchoSocket();
  const meter = new Mailbox();
  const message = new Uint8Array(64);
  for (let conversation = 0; conversation < CONVERSATIONS; conversation++) {
    const fd = open();
    const connection = new BlockingConnection(0, fd, meter);
    let left = MESSAGES;
    const answer = (chunk: Uint8Array): undefined => {
      if (--left > 0) connection.sendAll(chunk);
      else shutdown(fd, SHUT_RDWR);
    };
    connection.sendAll(message);
    await connection.forEachChunk(
      conversation % 2 === 0 ? (chunk) => answer(chunk) : (chunk) => answer(chunk),
    );
    close(fd);
  }
}
