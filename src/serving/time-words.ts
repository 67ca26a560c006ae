/**
 * What a client waits for, in words: the same in the watcher, in `handoff explain`, in the bench's
 * reports and in docs/logs.md, where each has its field of the `closed` line. Any thread.
 */
export const TIME_WORDS = {
  /** `backlogMs` */
  backlog: 'in the backlog',
  /** `queuedMs` */
  queue: 'in the queue',
  /** `threadStartMs` */
  thread: 'waiting for a thread',
  /** `loopWaitMs` */
  loop: 'waiting for the loop',
  /** `coreWaitMs` */
  core: 'waiting for a core',
  /** `computedMs` */
  computing: 'computing',
  /** What the others leave of `servedMs`. */
  client: 'waiting for its client',
} as const;
