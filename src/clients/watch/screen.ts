/**
 * The live table on the terminal's alternate screen, which restores the earlier text at the end. It
 * is redrawn with each snapshot, on each change of the window's size, and while a snapshot is
 * overdue. Its own process, main thread.
 */
import type { ReadStream, WriteStream } from 'node:tty';
import type { Snapshot } from '../../admin/snapshot.js';
import { guardTerminal, suspendProcess } from '../terminal/guard.js';
import { paint } from '../terminal/terminal.js';
import { lookAtSilent } from './silence.js';
import { Steadiness, type SteadyMs } from './steadiness.js';
import { tableOf, type WindowSize } from './table.js';
import type { Line } from './text.js';

/** Enters the alternate screen, hides the cursor and turns line wrapping off; LEAVE undoes that. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l';
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

const CTRL_C = '\x03';
const CTRL_D = '\x04';
const CTRL_Z = '\x1a';
const COLUMNS = 80;
const ROWS = 24;
/** Redraw interval while a snapshot is overdue. */
const OVERDUE_REDRAW_MS = 250;
/** A snapshot is not overdue before this silence: a shorter one is normal. */
const MIN_OVERDUE_MS = 1000;

/** How the user left. */
export type ExitReason = 'quit' | 'interrupted';

export class WatchScreen {
  /** Resolves when the user leaves or closes the window. */
  readonly exited: Promise<ExitReason>;
  readonly #input: ReadStream | undefined;
  readonly #output: WriteStream;
  readonly #everyMs: number;
  readonly #ticker: NodeJS.Timeout;
  readonly #release: () => void;
  #resolveExit: (how: ExitReason) => void = () => undefined;
  readonly #steadiness = new Steadiness();
  #snapshot: Snapshot | undefined;
  #steadyMs: SteadyMs = new Map();
  #receivedAtMs = 0;
  #closed = false;

  /**
   * Takes over the terminal.
   * @param input undefined if standard input is not a terminal
   * @param everyMs interval of the snapshots
   */
  constructor(input: ReadStream | undefined, output: WriteStream, everyMs: number) {
    this.#input = input;
    this.#output = output;
    this.#everyMs = everyMs;
    this.exited = new Promise((resolve) => (this.#resolveExit = resolve));
    this.#ticker = setInterval(() => {
      if (this.#overdueMs > 0) this.#draw();
    }, OVERDUE_REDRAW_MS);
    output.on('error', this.#quit).on('resize', this.#draw);
    input?.on('data', this.#onKeys).on('end', this.#quit).on('error', this.#quit);
    this.#release = guardTerminal({ restore: () => this.#restore(), resume: () => this.#enter() });
    this.#enter();
  }

  show(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.#steadyMs = this.#steadiness.note(snapshot);
    this.#receivedAtMs = performance.now();
    this.#draw();
  }

  /** Restores the terminal. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#ticker);
    this.#input?.off('data', this.#onKeys).off('end', this.#quit).pause();
    this.#output.off('resize', this.#draw);
    this.#release();
    this.#restore();
  }

  #enter(): void {
    this.#input?.setRawMode(true).resume();
    this.#output.write(ENTER);
    this.#draw();
  }

  #restore(): void {
    this.#output.write(LEAVE);
    this.#input?.setRawMode(false);
  }

  readonly #quit = () => this.#resolveExit('quit');

  readonly #onKeys = (keys: Buffer) => {
    const text = keys.toString('latin1');
    if (text.includes(CTRL_C)) this.#resolveExit('interrupted');
    else if (/^q$/i.test(text) || text.includes(CTRL_D)) this.#resolveExit('quit');
    else if (text === CTRL_Z) suspendProcess();
  };

  get #overdueMs(): number {
    if (!this.#snapshot) return 0;
    const silenceMs = performance.now() - this.#receivedAtMs;
    return silenceMs > Math.max(MIN_OVERDUE_MS, 2 * this.#everyMs) ? silenceMs : 0;
  }

  #table(snapshot: Snapshot, size: WindowSize): Line[] {
    const overdueMs = this.#overdueMs;
    const silence = overdueMs > 0 ? lookAtSilent(snapshot, overdueMs) : undefined;
    return tableOf(snapshot, size, { steadyMs: this.#steadyMs, silence });
  }

  readonly #draw = () => {
    if (this.#closed) return;
    // A terminal without a known size reports 0.
    const columns = this.#output.columns || COLUMNS;
    const rows = this.#output.rows || ROWS;
    const lines = this.#snapshot
      ? this.#table(this.#snapshot, { columns, rows: rows - 1 })
      : [[{ text: 'no answer yet' }]];
    this.#output.write(redrawn(lines));
  };
}

/**
 * Returns what redraws the screen from its first line. Each line is cleared before its text: after
 * a text as wide as the window the cursor stays on the last column, and a clear would erase that.
 */
export function redrawn(lines: readonly Line[]): string {
  const text = lines.map((line) => `${CLEAR_LINE}${painted(line)}\r\n`).join('');
  return `${HOME}${text}${CLEAR_BELOW}${painted([{ text: 'q: quit', style: 'gray' }])}`;
}

/** Returns a line of the table, coloured if standard output has colours. */
export function painted(line: Line): string {
  return line.map(({ text, style }) => paint(text, style)).join('');
}
