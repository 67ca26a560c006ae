/**
 * Gathers the log lines of one turn of main's loop and writes them with one write(2). Main thread;
 * client threads write each line at once, because they may block or die at any time.
 *
 * Under load a turn has dozens of lines, and a write costs as much as everything else that main
 * does for a client. No line is lost when the process ends, except by SIGKILL: Node's exit writes
 * what is gathered, and a caller of _exit(2) calls {@link writeGatheredLines} first.
 */

/**
 * What the kernel writes to a pipe in one piece. Longer lines of threads that write at once would
 * mix.
 */
export const MAX_LINE_BYTES = 4096;
/** Bounds the memory of one turn, and what SIGKILL can lose. */
const MOST_BYTES = 64 * 1024;

interface Destination {
  write(text: string): unknown;
}

/** Those with lines that are not written yet. */
const gathering = new Set<TurnWriter>();
process.on('exit', writeGatheredLines);

/** Writes all lines that have been logged so far. */
export function writeGatheredLines(): void {
  for (const writer of gathering) writer.flush();
}

export class TurnWriter {
  readonly #destination: Destination;
  /**
   * To a pipe, one write holds no more than the kernel writes there in one piece: other threads
   * write too.
   */
  readonly #mostBytes: number;
  #text = '';
  #bytes = 0;

  /** @param destination synchronous */
  constructor(destination: Destination, isFile: boolean) {
    this.#destination = destination;
    this.#mostBytes = isFile ? MOST_BYTES : MAX_LINE_BYTES;
  }

  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#bytes + bytes > this.#mostBytes) this.flush();
    if (gathering.size === 0) setImmediate(writeGatheredLines);
    gathering.add(this);
    this.#text += line;
    this.#bytes += bytes;
  }

  flush(): void {
    gathering.delete(this);
    const text = this.#text;
    this.#text = '';
    this.#bytes = 0;
    if (text !== '') this.#destination.write(text);
  }
}
