/**
 * The output of the line editor: it ends each row of a long line, instead of letting the terminal
 * wrap it. Its own process, main thread.
 *
 * Most terminals wrap long lines anew when the window is widened, some of them (tmux) before the
 * program can learn the new width. The line then has fewer rows than the editor moves up, and the
 * editor would erase messages above the line. Rows that were ended stay as they are.
 */
import type { Interface } from 'node:readline';
import { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';

/** Matches texts whose characters are one column wide each: Latin, Greek, Cyrillic. */
const ONE_COLUMN_EACH = /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f]*$/;

export class RowOutput extends Writable {
  readonly #output: WriteStream;
  readonly #editor: () => Interface | undefined;

  constructor(output: WriteStream, editor: () => Interface | undefined) {
    super({ decodeStrings: false });
    this.#output = output;
    this.#editor = editor;
    output.on('resize', () => this.emit('resize'));
  }

  /** The editor reads it. */
  get columns(): number {
    return this.#output.columns;
  }

  override _write(text: string, _encoding: BufferEncoding, callback: () => void): void {
    const editor = this.#editor();
    const isLine = editor !== undefined && text === editor.getPrompt() + editor.line;
    this.#output.write(isLine && endsRows(text) ? inRows(text, this.columns) : text);
    callback();
  }
}

/** Whether the rows of this line are ended; the terminal wraps the others. */
export function endsRows(line: string): boolean {
  return ONE_COLUMN_EACH.test(line);
}

/** A full last row is ended too: the editor puts the cursor into the next one. */
function inRows(line: string, columns: number): string {
  return line.replace(new RegExp(`.{${columns}}`, 'g'), '$&\r\n');
}
