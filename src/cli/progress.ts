/** How far a transfer is, on standard error: only where somebody watches, and where it does not mix with the data. */
import { SingleBar } from 'cli-progress';

export class TransferBar {
  #bar: SingleBar | undefined;
  readonly #shown: boolean;

  /** @param dataOnTerminal whether the data themselves are written to a terminal */
  constructor(dataOnTerminal: boolean) {
    this.#shown = process.stderr.isTTY && !dataOnTerminal;
  }

  update(bytes: number, totalBytes: number | undefined): void {
    if (!this.#shown) return;
    if (!this.#bar) {
      const format = totalBytes === undefined ? '{value} bytes' : '{bar} {value}/{total} bytes';
      // Graceful: Ctrl-C leaves the shell a line of its own.
      this.#bar = new SingleBar({ format, stream: process.stderr, linewrap: true, gracefulExit: true });
      this.#bar.start(totalBytes ?? 0, 0);
    }
    this.#bar.update(bytes);
  }

  stop(): void {
    this.#bar?.stop();
  }
}
