/**
 * The limit on the memory of all output that the clients of a server have not read: `--max-buffer`.
 * A server has one. Main thread; stream.ts and threads/leased-socket.ts report to it.
 *
 * When the sum exceeds the limit, the client that keeps most is cut, and then the next, until the
 * rest is within the limit. Finding that client looks at all that keep output, but only then.
 */

/** One client's output. */
export interface OutputHolder {
  /** Aborts the client, which keeps no output from then on. */
  cut(): void;
}

export class OutputLimit {
  readonly mostBytes: number;
  /** The clients that keep output, and how many bytes of memory. */
  readonly #kept = new Map<OutputHolder, number>();
  #sumBytes = 0;

  constructor(mostBytes: number) {
    this.mostBytes = mostBytes;
  }

  get sumBytes(): number {
    return this.#sumBytes;
  }

  /** The client keeps so many bytes now. May cut clients, this one included. */
  note(holder: OutputHolder, keptBytes: number): void {
    const before = this.#kept.get(holder) ?? 0;
    if (keptBytes === before) return;
    this.#sumBytes += keptBytes - before;
    if (keptBytes === 0) this.#kept.delete(holder);
    else this.#kept.set(holder, keptBytes);
    while (this.#sumBytes > this.mostBytes) this.#cutLargest();
  }

  #cutLargest(): void {
    let largest: OutputHolder | undefined;
    let mostBytes = 0;
    for (const [holder, keptBytes] of this.#kept) {
      if (keptBytes <= mostBytes) continue;
      largest = holder;
      mostBytes = keptBytes;
    }
    if (largest === undefined) return;
    // First: to abort the client is to note that it keeps nothing.
    this.note(largest, 0);
    largest.cut();
  }
}
