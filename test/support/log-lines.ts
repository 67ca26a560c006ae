/** The log of a server as it arrives: complete lines, parsed, with ways to wait for a line. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';

export interface LogLine {
  readonly level: string;
  readonly time: number;
  readonly pid: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

interface Waiting {
  readonly isDone: () => boolean;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

/** The complete lines of a log file. For repeated calls: only new lines are parsed. */
export function linesOfFile(path: string): () => LogLine[] {
  const lines: LogLine[] = [];
  let parsedBytes = 0;
  return () => {
    const bytes = readFileSync(path);
    // The last line may be incomplete.
    const end = bytes.lastIndexOf('\n') + 1;
    if (end > parsedBytes) {
      const added = bytes.toString('utf8', parsedBytes, end - 1).split('\n');
      lines.push(...added.map((line) => JSON.parse(line) as LogLine));
      parsedBytes = end;
    }
    return [...lines];
  };
}

export class LogLines {
  readonly all: LogLine[] = [];
  readonly #source: Readable;
  #rest = '';
  #ended = false;
  #waiting: Waiting[] = [];
  #damaged: Error | undefined;

  constructor(source: Readable) {
    this.#source = source;
    source.setEncoding('utf8');
    source.on('data', (text: string) => this.#take(text));
    source.on('close', () => {
      this.#ended = true;
      if (this.#rest !== '') this.#damaged ??= new Error(`the log ends in mid-line: ${this.#rest}`);
      this.#wake();
    });
  }

  /** Stops reading, which lets the writer's buffer fill up. */
  pause(): void {
    this.#source.pause();
  }

  resume(): void {
    this.#source.resume();
  }

  /** Calls the listener with all further text, as it was written. */
  onText(listener: (text: string) => void): void {
    this.#source.on('data', listener);
  }

  of(message: string): LogLine[] {
    return this.all.filter(({ msg }) => msg === message);
  }

  /** The only line with this message. */
  one(message: string): LogLine {
    const lines = this.of(message);
    assert.equal(lines.length, 1, `lines with ${JSON.stringify(message)}`);
    return lines[0] as LogLine;
  }

  get messages(): string[] {
    return this.all.map(({ msg }) => msg);
  }

  /**
   * Waits until there are so many lines with this message and these fields; returns the last of
   * them.
   */
  async next(
    message: string,
    { count = 1, ...fields }: Record<string, unknown> & { count?: number } = {},
  ) {
    const matching = () =>
      this.of(message).filter((line) =>
        Object.entries(fields).every(([name, value]) => line[name] === value),
      );
    await this.#until(
      () => matching().length >= count,
      `${count} × ${message} ${JSON.stringify(fields)}`,
    );
    return matching()[count - 1] as LogLine;
  }

  /**
   * Waits until so many lines have this message. Cheaper than {@link next} for thousands of lines.
   */
  async count(message: string, count: number): Promise<void> {
    let seen = 0;
    let looked = 0;
    const isDone = () => {
      for (; looked < this.all.length; looked++) if (this.all[looked]?.msg === message) seen++;
      return seen >= count;
    };
    await this.#until(isDone, `${count} × ${message}`);
  }

  /** Waits for the end of the log, and asserts that each line is complete. */
  async end(): Promise<void> {
    await this.#until(() => this.#ended, 'the end of the log').catch((error: unknown) => {
      if (!this.#ended) throw error;
    });
    if (this.#damaged) throw this.#damaged;
  }

  #until(isDone: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (error: Error) => reject(new Error(`waiting for ${what}: ${error.message}`));
      this.#waiting.push({ isDone, done: resolve, failed });
      this.#wake();
    });
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      try {
        this.all.push(JSON.parse(line) as LogLine);
      } catch {
        this.#damaged ??= new Error(`not a line of JSON: ${line}`);
      }
    }
    this.#wake();
  }

  #wake(): void {
    this.#waiting = this.#waiting.filter(({ isDone, done, failed }) => {
      if (this.#damaged) failed(this.#damaged);
      else if (isDone()) done();
      else if (this.#ended)
        failed(new Error(`the log has ended: ${this.messages.slice(-20).join(', ')}`));
      else return true;
      return false;
    });
  }
}
