/**
 * The logic of tic-tac-toe: a board of nine fields, its winner, and the notation of moves. It knows
 * no players and no turns. Runs on the main thread; match.ts plays on it.
 *
 *     1 2 3
 *     4 5 6
 *     7 8 9
 */
export type Mark = 'X' | 'O';

/** The rows, then the columns and the diagonals. */
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

  /**
   * Marks a field.
   * @returns false if the field is occupied; the board is then unchanged
   */
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

  /** Three lines; the number of a free field stands in its place. */
  toString(): string {
    const cell = (field: number) => this.#marks.get(field) ?? String(field);
    return LINES.slice(0, SIDE)
      .map((row) => row.map(cell).join(' '))
      .join('\n');
  }
}

/**
 * Parses a move: a field such as `5`, or row and column such as `2 2`.
 * @returns the number of the field, from 1 to 9; undefined if the text is no move
 */
export function parseField(message: string): number | undefined {
  if (/^[1-9]$/.test(message)) return Number(message);
  const [, row, column] = /^([1-3])\s+([1-3])$/.exec(message) ?? [];
  return row === undefined ? undefined : (Number(row) - 1) * SIDE + Number(column);
}
