/**
 * Who has connected to the admin socket: an HTTP client, which sends its request at once, or a
 * watcher, which may wait for its first snapshot. Main thread. admin-socket.ts asks.
 */
import type { Socket } from 'node:net';

/** An HTTP request; the requests of watchers begin with a brace or a line end. */
const HTTP = /^[A-Z]+ /;
/** How long a client may stay silent before it counts as a watcher. */
const FIRST_BYTES_MS = 50;

/** What has been read stands in the socket again when one of the two is called. */
export function decideByFirstBytes(
  socket: Socket,
  serveHttp: () => void,
  watch: (hasEnded: boolean) => void,
): void {
  let decided = false;
  const decide = (first: Buffer | undefined, hasEnded = false) => {
    if (decided || socket.destroyed) return;
    decided = true;
    clearTimeout(timer);
    socket.off('data', onData).off('end', onEnd).pause();
    if (first) socket.unshift(first);
    if (first && HTTP.test(first.toString('latin1'))) serveHttp();
    else {
      watch(hasEnded);
      socket.resume();
    }
  };
  const onData = (first: Buffer) => decide(first);
  const onEnd = () => decide(undefined, true);
  // Behind the next poll: after a long turn of main the request has come, but has not been read.
  const timer = setTimeout(() => setImmediate(() => decide(undefined)), FIRST_BYTES_MS);
  socket.on('data', onData).on('end', onEnd);
}
