/**
 * Sending without waiting, for bytes that many clients get one after the other. Runs on the main
 * thread.
 */
import { addressOf } from './libc/call.js';
import { MSG_DONTWAIT, MSG_NOSIGNAL, send } from './libc/socket.js';

let lastBytes: Uint8Array | undefined;
let lastAddress = 0;

/**
 * Returns how many bytes the kernel has taken, or -1 with libc's errorName() set. Keeps the address
 * of the last bytes: most deliveries send the same ones to many clients in turn.
 */
export function sendNow(fd: number, bytes: Uint8Array): number {
  if (bytes !== lastBytes) {
    lastBytes = bytes;
    lastAddress = addressOf(bytes);
  }
  return send(fd, lastAddress, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL);
}
