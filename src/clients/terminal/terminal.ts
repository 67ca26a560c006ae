/**
 * Where the user is: a terminal with a line editor (line-editor.ts), or a script that writes and reads pipes
 * (plain-terminal.ts). Its own process, main thread.
 */
import { styleText } from 'node:util';
import type { Readable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import type { Style } from './dialogue.js';
import { LineEditor } from './line-editor.js';
import { PlainTerminal } from './plain-terminal.js';
import { printableLines } from '../../base/printable.js';

export interface Terminal {
  /** Somebody watches and types. */
  readonly interactive: boolean;
  /** Calls these from now on; lines are kept for nobody. */
  listen(listener: TerminalListener): void;
  /** Writes a text of one line or several, without the last line end, where it does not disturb what is typed. */
  show(text: string): void;
  /** Wants a line: one of a script is taken for each question; a user may type at any time, and sees the prompt. */
  ask(prompt: string, secret: boolean): void;
  /** Resolves when what was shown has been taken, so that a slow reader slows down the server. */
  flushed(): Promise<void>;
  /** Takes no more input, and leaves the terminal as it was found. */
  close(): void;
}

export interface TerminalListener {
  line(line: string): void;
  /** Ctrl-D, or the end of the script. */
  end(): void;
  /** Ctrl-C with nothing typed. */
  interrupt(): void;
  /** Nothing more can be shown: nobody reads it any more, or a disk is full. */
  outputLost(error: Error): void;
}

/** The terminal, where both ends of the program are on one. */
export function openTerminal(): Terminal {
  const { stdin, stdout } = process as { stdin: Readable | ReadStream; stdout: WriteStream };
  return 'isTTY' in stdin && stdin.isTTY && stdout.isTTY
    ? new LineEditor(stdin, stdout)
    : new PlainTerminal(stdin, stdout);
}

/** Text of others, safe to show; coloured where colours are wanted. */
export function paint(text: string, style?: Style): string {
  const safe = printableLines(text);
  return style !== undefined && coloursWanted() ? styleText(style, safe, { validateStream: false }) : safe;
}

/** hasColors() knows TERM, but lets FORCE_COLOR win over NO_COLOR, and takes an empty NO_COLOR for one that is set. */
function coloursWanted(): boolean {
  const { NO_COLOR: noColour = '', ...env } = process.env;
  return noColour === '' && process.stdout.isTTY && process.stdout.hasColors(env);
}
