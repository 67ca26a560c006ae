/** The grades of a class, as CSV for a spreadsheet. Pure. */
import type { Grade } from '../class.js';

const HEAD = ['name', 'passed', 'total', 'model', 'remark'];

export function csvText(grades: readonly Grade[]): string {
  const rows = grades.map(({ name, passed, total, model, remark }) => [
    name,
    `${passed ?? 0}`,
    `${total ?? ''}`,
    model,
    remark,
  ]);
  return [HEAD, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** A cell that begins with one of these would be a formula; the name of a file is free. */
function cell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${plain.replaceAll('"', '""')}"`;
}
