/**
 * Bounds how often a line of one cause is logged. A cause that repeats, such as accept(2) without
 * free descriptors, can come thousands of times a second and would fill the log. Main thread.
 */
import { monotonicMs } from '../base/clock.js';

/** At most one line of a cause in this time. */
export const LINE_EVERY_MS = 1000;

/** `repeated`: how often the cause has come since its last line, this time not counted. */
type Write = (fields: { repeated?: number }) => void;

interface Repetition {
  writtenAtMs: number;
  suppressed: number;
  /** Writes the latest of the suppressed lines when the time is over. */
  timer: NodeJS.Timeout | undefined;
  latest: Write;
}

export class LineLimit {
  readonly #repetitions = new Map<string, Repetition>();

  /**
   * Writes the line at once if the cause had none in the last second. Otherwise keeps the latest
   * one and writes it when the second is over, so that no cause ends uncounted.
   * @param cause a fixed set of texts: each stays in memory
   */
  line(cause: string, write: Write): void {
    const known = this.#repetitions.get(cause);
    const nowMs = monotonicMs();
    if (known === undefined || nowMs - known.writtenAtMs >= LINE_EVERY_MS) {
      const repeated = known?.suppressed ?? 0;
      clearTimeout(known?.timer);
      this.#repetitions.set(cause, {
        writtenAtMs: nowMs,
        suppressed: 0,
        timer: undefined,
        latest: write,
      });
      write(repeated > 0 ? { repeated } : {});
      return;
    }
    known.suppressed++;
    known.latest = write;
    known.timer ??= setTimeout(
      () => this.#writeLatest(known),
      known.writtenAtMs + LINE_EVERY_MS - nowMs,
    ).unref();
  }

  #writeLatest(repetition: Repetition): void {
    // The line that is written now is counted by itself.
    const repeated = repetition.suppressed - 1;
    repetition.timer = undefined;
    repetition.suppressed = 0;
    repetition.writtenAtMs = monotonicMs();
    repetition.latest(repeated > 0 ? { repeated } : {});
  }
}
