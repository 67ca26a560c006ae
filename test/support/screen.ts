/**
 * The screen of a terminal after some output: enough for a line editor. An unknown escape sequence
 * is an error, so that a test does not ignore it.
 */

interface Row {
  cells: string[];
  /** The text continues in the next row, since it reached the margin. */
  wraps: boolean;
}

/** What a new width does to rows: most terminals wrap them anew (tmux), some cut them (xterm). */
export type Resizing = 'wraps' | 'cuts';

export class Screen {
  #columns = 80;
  #rows: Row[] = [emptyRow()];
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
    return this.#rows.map(({ cells }) =>
      Array.from(cells, (cell: string | undefined) => cell ?? ' ')
        .join('')
        .trimEnd(),
    );
  }

  resize(columns: number, resizing: Resizing): void {
    this.#columns = columns;
    if (resizing === 'wraps') this.#wrapAnew();
    else for (const row of this.#rows) row.cells.splice(columns);
    this.#column = Math.min(this.#column, columns);
  }

  /** The row of the cursor; `▮` marks the cursor. */
  get cursorRow(): string {
    const row = Array.from((this.rows[this.#row] ?? '').padEnd(this.#column));
    row.splice(this.#column, 0, '▮');
    return row.join('');
  }

  #put(character: string): void {
    if (this.#column === this.#columns) {
      const full = this.#rows[this.#row];
      if (full) full.wraps = true;
      this.#goTo(this.#row + 1, 0);
    }
    const row = this.#rows[this.#row];
    if (row) row.cells[this.#column++] = character;
  }

  #wrapAnew(): void {
    const { rows, cursor } = this.#unwrap();
    this.#rows = [];
    for (const [index, cells] of rows.entries()) {
      const first = this.#rows.length;
      for (let from = 0; from === 0 || from < cells.length; from += this.#columns) {
        const end = from + this.#columns;
        this.#rows.push({ cells: cells.slice(from, end), wraps: end < cells.length });
      }
      if (index !== cursor.row) continue;
      this.#row = Math.min(
        first + Math.floor(cursor.column / this.#columns),
        this.#rows.length - 1,
      );
      this.#column = cursor.column - (this.#row - first) * this.#columns;
    }
  }

  /** Joins the rows that wrap with those that continue them. */
  #unwrap(): { rows: string[][]; cursor: { row: number; column: number } } {
    const rows: string[][] = [];
    let cursor = { row: 0, column: 0 };
    let continues = false;
    for (const [index, { cells, wraps }] of this.#rows.entries()) {
      if (!continues) rows.push([]);
      const joined = rows.at(-1) ?? [];
      if (index === this.#row)
        cursor = { row: rows.length - 1, column: joined.length + this.#column };
      joined.push(...cells);
      continues = wraps;
    }
    return { rows, cursor };
  }

  #goTo(row: number, column: number): void {
    this.#row = Math.max(0, row);
    this.#column = Math.min(this.#columns, Math.max(0, column));
    while (this.#rows.length <= this.#row) this.#rows.push(emptyRow());
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
        this.#clearRow();
        break;
      case 'K':
        this.#clearRow();
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

  /** Clears the row from the cursor. A row that wrapped into it no longer does, as in tmux. */
  #clearRow(): void {
    const row = this.#rows[this.#row];
    const above = this.#rows[this.#row - 1];
    if (row) {
      row.cells.splice(this.#column);
      row.wraps = false;
    }
    if (above && this.#column === 0) above.wraps = false;
  }
}

function emptyRow(): Row {
  return { cells: [], wraps: false };
}
