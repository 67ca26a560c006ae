/** Wraps text for a terminal. Pure. */

/**
 * Wraps text at its blanks. A word that is too long stands alone.
 * @param start stands before the first line and counts
 * @param indent stands before the other lines
 */
export function wrap(text: string, columns: number, start = '', indent = ''): string[] {
  const lines: string[] = [];
  let line = start;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
