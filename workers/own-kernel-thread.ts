/** Where /proc shows the thread that runs this. Any thread. */
import { createRequire } from 'node:module';

// By require, not import: see src/base/libc/call.ts.
const { readlinkSync } = createRequire(import.meta.url)('node:fs') as typeof import('node:fs');

/** For example `123/task/125`. */
export function ownKernelThread(): string | undefined {
  try {
    return readlinkSync('/proc/thread-self');
  } catch {
    // Without /proc, snapshots show that this thread has a client, but not what it does.
    return undefined;
  }
}
