/**
 * The progress bar of a transfer. It appears only if standard error is a terminal and the data go
 * elsewhere.
 */
import { SingleBar } from 'cli-progress';

export class TransferBar {
  #bar: SingleBar | undefined;
  readonly #shown: boolean;

  /** @param dataOnTerminal whether standard output receives the data and is a terminal */
  constructor(dataOnTerminal: boolean) {
    this.#shown = process.stderr.isTTY && !dataOnTerminal;
  }

  update(bytes: number, totalBytes: number | undefined): void {
    if (!this.#shown) return;
    if (!this.#bar) {
      const format = totalBytes === undefined ? '{value} bytes' : '{bar} {value}/{total} bytes';
      // With gracefulExit, the shell's prompt starts on a new line after Ctrl-C.
      this.#bar = new SingleBar({
        format,
        stream: process.stderr,
        linewrap: true,
        gracefulExit: true,
      });
      this.#bar.start(totalBytes ?? 0, 0);
    }
    this.#bar.update(bytes);
  }

  stop(): void {
    this.#bar?.stop();
  }
}
