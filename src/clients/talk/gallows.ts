/** The drawing of hangman, as complete as the misses make it. Pure. */

/** What is drawn, in the order of the misses; the last one is the end. */
const PARTS: readonly (readonly [row: number, column: number, drawing: string])[][] = [
  [[5, 0, '======']],
  [1, 2, 3, 4].map((row) => [row, 1, '|'] as const),
  [[0, 1, '+---+']],
  [[1, 5, '|']],
  [[2, 5, 'O']],
  [[3, 5, '|']],
  [[3, 4, '/|\\']],
  [[4, 4, '/ \\']],
];
const ROWS = 6;
const COLUMNS = 8;

/** @param most with how many misses the drawing is complete */
export function gallows(misses: number, most: number): string {
  const rows = Array.from({ length: ROWS }, () => Array<string>(COLUMNS).fill(' '));
  const partsDrawn = Math.round((PARTS.length * Math.min(misses, most)) / most);
  for (const [row, column, drawing] of PARTS.slice(0, partsDrawn).flat()) {
    rows[row]?.splice(column, drawing.length, ...Array.from(drawing));
  }
  return rows.map((row) => `   ${row.join('')}`.trimEnd()).join('\n');
}
