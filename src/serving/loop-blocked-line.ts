/** The `loop blocked` line: whose handler held an event loop. On the thread whose loop it is. */
import { toMicroseconds } from '../base/clock.js';
import type { LoopBlock } from '../connection/main-loop.js';
import type { ServiceLog } from '../log/log.js';

export function loopBlockedLine(
  log: Pick<ServiceLog, 'info'>,
  { fromMs, untilMs, connection, heldMs }: LoopBlock,
): void {
  const blockedMs = toMicroseconds(untilMs - fromMs);
  log.info({ blockedMs, connection, heldMs: connection && toMicroseconds(heldMs) }, 'loop blocked');
}
