/**
 * The logic of tic-tac-toe: a board of nine fields, who has won, and what a move looks like in words. Pure: it knows
 * no players and no turns. Main thread; match.ts plays on it.
 *
 *     1 2 3
 *     4 5 6
 *     7 8 9
 */
export type Mark = 'X' | 'O';

/** Rows, columns, diagonals. */
const LINES: readonly (readonly [number, number, number])[] = [
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
  [1, 4, 7],
  [2, 5, 8],
  [3, 6, 9],
  [1, 5, 9],
  [3, 5, 7],
];

const SIDE = 3;

export class Board {
  readonly #marks = new Map<number, Mark>();

  /** @returns false when the field is occupied, and then changes nothing */
  place(field: number, mark: Mark): boolean {
    if (this.#marks.has(field)) return false;
    this.#marks.set(field, mark);
    return true;
  }

  get winner(): Mark | undefined {
    const won = LINES.find(([first, ...rest]) => {
      const mark = this.#marks.get(first);
      return mark !== undefined && rest.every((field) => this.#marks.get(field) === mark);
    });
    return won && this.#marks.get(won[0]);
  }

  get isFull(): boolean {
    return this.#marks.size === SIDE * SIDE;
  }

  /** Three lines; a free field is shown by its number. */
  toString(): string {
    const cell = (field: number) => this.#marks.get(field) ?? String(field);
    return LINES.slice(0, SIDE)
      .map((row) => row.map(cell).join(' '))
      .join('\n');
  }
}

/**
 * The field that a message means: `5`, or by row and column `2 2`.
 * @returns undefined if it means none
 */
export function parseField(message: string): number | undefined {
  if (/^[1-9]$/.test(message)) return Number(message);
  const [, row, column] = /^([1-3])\s+([1-3])$/.exec(message) ?? [];
  return row === undefined ? undefined : (Number(row) - 1) * SIDE + Number(column);
}
