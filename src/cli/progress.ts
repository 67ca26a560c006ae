/**
 * The progress bar of work that may take long, such as a transfer. It appears only if standard
 * error is a terminal and the data go elsewhere.
 */
import { SingleBar } from 'cli-progress';

interface BarSettings {
  /** Whether standard output receives the data and is a terminal; default: false. */
  readonly dataOnTerminal?: boolean;
  /** The text before the bar; default: none. */
  readonly label?: string;
  /** What is counted; default: bytes. */
  readonly unit?: string;
  /** Shorter work shows no bar; default: 0 ms, which is with the first update. */
  readonly afterMs?: number;
}

export class ProgressBar {
  #bar: SingleBar | undefined;
  readonly #isHidden: boolean;
  readonly #label: string;
  readonly #unit: string;
  readonly #shownFromMs: number;

  constructor({ dataOnTerminal, label, unit = 'bytes', afterMs = 0 }: BarSettings) {
    this.#isHidden = !process.stderr.isTTY || (dataOnTerminal ?? false);
    this.#label = label === undefined ? '' : `${label} `;
    this.#unit = unit;
    this.#shownFromMs = performance.now() + afterMs;
  }

  update(count: number, total: number | undefined): void {
    if (this.#isHidden) return;
    if (!this.#bar) {
      if (performance.now() < this.#shownFromMs) return;
      const value = total === undefined ? '{value}' : '{bar} {value}/{total}';
      // With gracefulExit, the shell's prompt starts on a new line after Ctrl-C.
      this.#bar = new SingleBar({
        format: `${this.#label}${value} ${this.#unit}`,
        stream: process.stderr,
        linewrap: true,
        gracefulExit: true,
      });
      this.#bar.start(total ?? 0, 0);
    }
    this.#bar.update(count);
  }

  stop(): void {
    this.#bar?.stop();
  }
}
