/** Prints a table as plain text, for `handoff lookup`, `services` and `models`. Pure. */
import { printable } from '../base/printable.js';

/**
 * Pads each column to its longest cell, and escapes control characters, which host names may
 * contain.
 * @param rows all of the same length
 */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    printable(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).trimEnd(),
  );
}
