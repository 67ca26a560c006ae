/**
 * Rehearses a conversation on a client thread that is started beforehand, so that its first real client finds code
 * that V8 has compiled; every thread compiles its own.
 *
 * By --trace-opt V8 marks a connection's loop after some 2,100 messages and compiles it when it is called next; what is
 * left to be compiled after that is small. It costs some 14 ms of processor time a thread.
 */
import { BlockingConnection } from '../src/connection/blocking.js';
import { bindEchoSocket, shutdown, SHUT_RDWR } from '../src/base/libc.js';
import { Mailbox } from '../src/threads/mailbox.js';

const MESSAGES = 200;
const CONVERSATIONS = 12;

/**
 * The client is the thread itself: on its socket it receives what it has sent, until it ends its input.
 *
 * What was compiled holds for what was seen, and is thrown away at the first message that differs. Hence a mailbox, as
 * in earnest; a new connection for each conversation; and two services, since what was compiled for one calls no other.
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
