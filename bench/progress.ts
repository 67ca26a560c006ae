/** The bench's progress bar: on stderr, and only if that is a terminal. Used by run.ts. */
import { SingleBar } from 'cli-progress';

export interface Progress {
  /** Says what is being done now, and counts the step before it as done. */
  step(doing: string): void;
  stop(): void;
}

export function startProgress(total: number): Progress {
  if (!process.stderr.isTTY) return { step: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    // An interrupt must not leave the terminal without its line wrap.
    linewrap: true,
    format: '{bar} {percentage} % | {doing}',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
  let done = 0;
  bar.start(total, 0, { doing: 'starting' });
  return {
    step: (doing: string) => {
      bar.update(done++, { doing });
    },
    stop: () => {
      bar.stop();
    },
  };
}
