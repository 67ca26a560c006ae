/**
 * The output of the line editor: it ends each row of a long line, instead of letting the terminal
 * wrap it. Its own process, main thread.
 *
 * Most terminals wrap long lines anew when the window is widened, some of them (tmux) before the
 * program can learn the new width. The line then has fewer rows than the editor moves up, and the
 * editor would erase messages above the line. Rows that were ended stay as they are.
 */
import { createInterface, type Interface } from 'node:readline';
import { PassThrough, Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';

/** The distance of tab stops for which the editor counts. */
const TAB_COLUMNS = 8;

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
    this.#output.write(isLine ? inRows(text, this.columns) : text);
    callback();
  }
}

/**
 * Breaks a line where the editor's count of rows breaks it: before the first character that does
 * not fit, so a wide one may leave a column free. A full last row is ended too: the editor puts the
 * cursor into the next one. Tabs become blanks, since a terminal would not wrap them.
 */
export function inRows(line: string, columns: number): string {
  let rows = '';
  let column = 0;
  let offset = 0;
  const put = (character: string, width: number) => {
    if (width > 0 && column + width > columns) {
      offset += columns - column;
      column = 0;
      rows += '\r\n';
    }
    rows += character;
    column += width;
    offset += width;
  };
  for (const character of line) {
    if (character !== '\t') put(character, widthOf(character));
    else for (let left = TAB_COLUMNS - (offset % TAB_COLUMNS); left > 0; left--) put(' ', 1);
  }
  return column === columns ? `${rows}\r\n` : rows;
}

/** A terminal without margin, whose cursor shows how wide its prompt is. */
let ruler: Interface | undefined;

/** The columns of a character as the editor counts them: 0, 1 or 2. */
function widthOf(character: string): number {
  ruler ??= createInterface({
    input: new PassThrough(),
    output: Object.assign(new PassThrough(), { columns: Infinity }),
    terminal: true,
  });
  ruler.setPrompt(character);
  return ruler.getCursorPos().cols;
}
