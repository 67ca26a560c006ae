/**
 * The progress of the bench on stderr: a bar on a terminal, otherwise a line per experiment. For
 * run.ts.
 */
import { SingleBar } from 'cli-progress';

interface Progress {
  /** Begins an experiment, and counts the previous one as done. */
  step(experiment: string): void;
  /** Shows the current activity within the experiment. */
  note(doing: string): void;
  stop(): void;
}

/** @param experiments the number of experiments of the run */
export function startProgress(experiments: number): Progress {
  if (!process.stderr.isTTY) return lines(experiments);
  const bar = new SingleBar({
    // Line wrap and cursor stay on, or a signal that ends the run would leave them off.
    linewrap: true,
    hideCursor: false,
    format: '{bar} {value}/{total} | {doing}',
    stream: process.stderr,
    clearOnComplete: true,
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
    step: (experiment) =>
      process.stderr.write(`bench: ${experiment} (${++begun} of ${experiments})\n`),
    note: nothing,
    stop: nothing,
  };
}
