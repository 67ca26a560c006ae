/**
 * Rehearses a conversation on a client thread that is started beforehand, so that its first real client finds code
 * that V8 has compiled; every thread compiles its own. On one thread alone a message took 2.6 µs at first and 2.0 after
 * some 4,000. Under load, with 64 and 256 clients, the gain was not to be told from the noise of a shared machine.
 *
 * The partner is the other end of a socketpair whose messages keep their boundaries; it has said everything before the
 * rehearsal starts, so nothing here can wait.
 */
import { BlockingConnection } from '../src/connection/blocking.js';
import { Mailbox } from '../src/mailbox.js';
import { bindSocketpair, send, addressOf, shutdown, SHUT_WR, MSG_NOSIGNAL } from '../src/libc.js';

/** Few enough, with their answers, for the kernel's default buffer of a socket. */
const MESSAGES = 100;
const ROUNDS = 40;

export async function rehearse(): Promise<void> {
  const { openPair, close } = bindSocketpair();
  // As in earnest: code that was compiled for a meter of another kind would be thrown away.
  const meter = new Mailbox();
  const message = new Uint8Array(64);
  const messageAddress = addressOf(message);
  for (let round = 0; round < ROUNDS; round++) {
    const [own, partner] = openPair();
    for (let sent = 0; sent < MESSAGES; sent++) send(partner, messageAddress, message.length, MSG_NOSIGNAL);
    shutdown(partner, SHUT_WR);
    const connection = new BlockingConnection(0, own, meter);
    await connection.forEachChunk((chunk) => connection.sendAll(chunk));
    close(own);
    close(partner);
  }
}
