/** A board of tic-tac-toe as the moves that were heard leave it, and as a drawing. Pure. */
export type Mark = 'X' | 'O';

const SIDE = 3;

export function isMark(text: string): text is Mark {
  return text === 'X' || text === 'O';
}

export class Board {
  readonly #fields: string[] = Array.from({ length: SIDE * SIDE }, (_, index) => String(index + 1));

  /** Fields are 1 to 9; of others nothing is drawn. */
  place(field: number, mark: Mark): void {
    if (this.#fields[field - 1] !== undefined) this.#fields[field - 1] = mark;
  }

  /** Free fields show their number. */
  toString(): string {
    return Array.from({ length: SIDE }, (_, row) => this.#fields.slice(row * SIDE, (row + 1) * SIDE))
      .map((row) => ` ${row.join(' | ')}`)
      .join('\n---+---+---\n');
  }
}
