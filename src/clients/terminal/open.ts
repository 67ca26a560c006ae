/** Chooses the terminal of an interactive client. Its own process, main thread. */
import type { Readable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { LineEditor } from './line-editor.js';
import { PlainTerminal } from './plain-terminal.js';
import type { Terminal } from './terminal.js';

/** Opens a line editor if standard input and output are both terminals, else a plain terminal. */
export function openTerminal(): Terminal {
  const { stdin, stdout } = process as { stdin: Readable | ReadStream; stdout: WriteStream };
  return 'isTTY' in stdin && stdin.isTTY && stdout.isTTY
    ? new LineEditor(stdin, stdout)
    : new PlainTerminal(stdin, stdout);
}
