/** A table of figures in HTML; bench/analysis/numbers.ts has the same one for the terminal and as Markdown. */
import { escaped } from '../../../src/plots/render.js';
import type { TextTable } from '../../analysis/numbers.js';
import { listOf } from './text.js';

/** In a box of its own, which a reader scrolls, with the keyboard too, where the table is wider than the page. */
export function tableOf({ title, head, rows, notes }: TextTable): string {
  const columns = head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map(cellOf).join('')}</tr>`).join('\n');
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escaped(title)}">
<table><caption>${escaped(title)}</caption>
<thead><tr>${columns}</tr></thead>
<tbody>
${body}
</tbody></table></div>
${listOf('notes', notes)}`;
}

function cellOf(cell: string, column: number): string {
  return column === 0 ? `<th scope="row">${escaped(cell)}</th>` : `<td>${escaped(cell)}</td>`;
}
