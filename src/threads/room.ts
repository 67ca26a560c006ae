/**
 * Waits until the kernel has room for more output of clients that read slowly. Main thread;
 * leased-socket.ts uses it, since libuv does not poll a leased descriptor.
 *
 *     wait ──► waiting ── timer: one poll(2) for all ──► those with room: onRoom, which waits again if need be
 *
 * The timer runs only while a client waits. Its pause doubles while nothing has room, and is so
 * long that the calls take at most a fiftieth of main's time, however many clients wait.
 */
import { bindPoll, POLLOUT } from '../base/libc/poll.js';
import { monotonicMs } from '../base/clock.js';

/** A client whose output waits. */
export interface Waiting {
  readonly fd: number;
  /** The kernel has room, or the client is gone. It does not wait any more. */
  onRoom(): void;
}

const LEAST_PAUSE_MS = 2;
const MOST_PAUSE_MS = 64;
const PAUSE_PER_CALL = 50;

const waiting = new Set<Waiting>();
/** In the order of the descriptors of the last call; made anew when the set has changed. */
let asked: readonly Waiting[] | undefined;
let poll: ReturnType<typeof bindPoll> | undefined;
let timer: NodeJS.Timeout | undefined;
let pauseMs = LEAST_PAUSE_MS;

export function waitForRoom(client: Waiting): void {
  if (waiting.has(client)) return;
  waiting.add(client);
  asked = undefined;
  timer ??= setTimeout(look, pauseMs);
}

/** Called again, or without waiting, does nothing. */
export function stopWaiting(client: Waiting): void {
  if (!waiting.delete(client)) return;
  asked = undefined;
  if (waiting.size > 0) return;
  clearTimeout(timer);
  timer = undefined;
  pauseMs = LEAST_PAUSE_MS;
}

function look(): void {
  timer = undefined;
  const beganMs = monotonicMs();
  poll ??= bindPoll(POLLOUT);
  asked ??= [...waiting];
  const ready = poll(asked);
  for (const client of ready) {
    if (!waiting.has(client)) continue;
    stopWaiting(client);
    client.onRoom();
  }
  pauseMs = ready.length > 0 ? LEAST_PAUSE_MS : Math.min(2 * pauseMs, MOST_PAUSE_MS);
  const tookMs = monotonicMs() - beganMs;
  if (waiting.size > 0) timer ??= setTimeout(look, Math.max(pauseMs, PAUSE_PER_CALL * tookMs));
}
