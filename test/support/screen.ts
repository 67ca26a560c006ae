/**
 * The screen of a terminal of 80 columns after some output: enough for a line editor. An unknown
 * escape sequence is an error, so that a test does not ignore it.
 */
const COLUMNS = 80;

export class Screen {
  readonly #rows: string[][] = [[]];
  #row = 0;
  #column = 0;

  write(output: string): void {
    for (const [token] of output.matchAll(/\x1b\[[\d;?]*[A-Za-z]|[^]/gu)) {
      if (token.length > 1 && token.startsWith('\x1b')) this.#control(token);
      else if (token === '\r') this.#column = 0;
      else if (token === '\n') this.#goTo(this.#row + 1, this.#column);
      else this.#put(token);
    }
  }

  /** The rows without the blanks at their ends. */
  get rows(): string[] {
    return this.#rows.map((row) =>
      Array.from(row, (cell: string | undefined) => cell ?? ' ')
        .join('')
        .trimEnd(),
    );
  }

  /** The row of the cursor; `▮` marks the cursor. */
  get cursorRow(): string {
    const row = Array.from((this.rows[this.#row] ?? '').padEnd(this.#column));
    row.splice(this.#column, 0, '▮');
    return row.join('');
  }

  #put(character: string): void {
    if (this.#column === COLUMNS) {
      this.#column = 0;
      this.#goTo(this.#row + 1, 0);
    }
    const row = this.#rows[this.#row];
    if (row) row[this.#column++] = character;
  }

  #goTo(row: number, column: number): void {
    this.#row = Math.max(0, row);
    this.#column = Math.min(COLUMNS, Math.max(0, column));
    while (this.#rows.length <= this.#row) this.#rows.push([]);
  }

  #control(sequence: string): void {
    const count = Number(sequence.slice(2, -1));
    switch (sequence.at(-1)) {
      case 'A':
        this.#goTo(this.#row - (count || 1), this.#column);
        break;
      case 'B':
        this.#goTo(this.#row + (count || 1), this.#column);
        break;
      case 'C':
        this.#goTo(this.#row, this.#column + (count || 1));
        break;
      case 'D':
        this.#goTo(this.#row, this.#column - (count || 1));
        break;
      case 'G':
        this.#goTo(this.#row, (count || 1) - 1);
        break;
      case 'H':
        this.#goTo(0, 0);
        break;
      case 'J':
        this.#rows.splice(this.#row + 1);
        this.#rows[this.#row]?.splice(this.#column);
        break;
      case 'K':
        this.#rows[this.#row]?.splice(this.#column);
        break;
      // Modes: which screen, whether there is a cursor, colours.
      case 'h':
      case 'l':
      case 'm':
        break;
      default:
        throw new Error(`the test's terminal does not know ${JSON.stringify(sequence)}`);
    }
  }
}
