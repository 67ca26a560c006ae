/** A client that sends without end, as fast as the server takes it, and reads and drops all answers. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { ListenAddress } from '../../src/serving/listen-address.js';
import type { Cleanup } from './server.js';

/**
 * Begins, and resolves when the server has answered for the first time.
 * @param text sent again and again
 */
export async function endlessly(t: Cleanup, address: ListenAddress, text: string): Promise<void> {
  const socket = connect(address);
  t.after(() => void socket.destroy());
  socket.on('error', () => undefined);
  const bytes = Buffer.from(text);
  const send = () => {
    while (!socket.destroyed && socket.write(bytes));
  };
  socket.on('drain', send);
  send();
  await once(socket, 'data');
  socket.resume();
}
