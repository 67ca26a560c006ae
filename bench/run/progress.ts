/** How far the bench is, on stderr: a bar on a terminal, otherwise a line for each experiment. Used by run.ts. */
import { SingleBar } from 'cli-progress';

interface Progress {
  /** Begins an experiment, and counts the one before it as done. */
  step(experiment: string): void;
  /** Says what is being done within it. */
  note(doing: string): void;
  stop(): void;
}

/** @param experiments how many there will be */
export function startProgress(experiments: number): Progress {
  if (!process.stderr.isTTY) return lines(experiments);
  const bar = new SingleBar({
    // An interrupt must not leave the terminal without its line wrap.
    linewrap: true,
    format: '{bar} {value}/{total} | {doing}',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
  let begun = 0;
  bar.start(experiments, 0, { doing: 'starting' });
  return {
    step: (doing) => bar.update(begun++, { doing }),
    note: (doing) => bar.update({ doing }),
    stop: () => bar.stop(),
  };
}

function lines(experiments: number): Progress {
  const nothing = () => undefined;
  let begun = 0;
  return {
    step: (experiment) => process.stderr.write(`bench: ${experiment} (${++begun} of ${experiments})\n`),
    note: nothing,
    stop: nothing,
  };
}
