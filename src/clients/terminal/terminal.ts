/**
 * What an interactive client needs of its terminal, and how text is coloured. Two classes implement
 * it: line-editor.ts for a user at a terminal, plain-terminal.ts for a script with pipes. open.ts
 * chooses one.
 */
import { styleText } from 'node:util';
import { printableLines } from '../../base/printable.js';

export type Style = Parameters<typeof styleText>[0];

export interface Terminal {
  /** True if a user reads and types; false for a script. */
  readonly interactive: boolean;
  /** Sets the listener. Call this once, before the first question: earlier lines are not kept. */
  listen(listener: TerminalListener): void;
  /**
   * Writes a text without disturbing the line that the user is typing.
   * @param text one line or several, without the final newline
   */
  show(text: string): void;
  /**
   * Requests a line. A script's terminal reads one line per question; a user sees the prompt and
   * may type at any time.
   */
  ask(prompt: string, secret: boolean): void;
  /** Resolves when the output has room again, so that a slow reader slows down the server. */
  flushed(): Promise<void>;
  /** Stops reading and restores the terminal's modes. Safe to call twice. */
  close(): void;
}

export interface TerminalListener {
  line(line: string): void;
  /** The user pressed Ctrl-D, or the script ended. */
  end(): void;
  /** The user pressed Ctrl-C on an empty line. */
  interrupt(): void;
  /** Writing failed: the reader closed the output, or the disk is full. */
  outputLost(error: Error): void;
}

/** Makes foreign text safe for the terminal, and colours it if standard output has colours. */
export function paint(text: string, style?: Style): string {
  const safe = printableLines(text);
  return style !== undefined && hasColours()
    ? styleText(style, safe, { validateStream: false })
    : safe;
}

/**
 * hasColors() reads TERM, but lets FORCE_COLOR override NO_COLOR and treats an empty NO_COLOR as
 * set. So this function checks NO_COLOR itself.
 */
function hasColours(): boolean {
  const { NO_COLOR: noColour = '', ...env } = process.env;
  return noColour === '' && process.stdout.isTTY && process.stdout.hasColors(env);
}
