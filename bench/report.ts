/**
 * A whole run as text: where it ran, a table for each case, the bars, and where the raw numbers are.
 *
 * Pure functions over results.ts; the tables themselves are in table.ts and bars.ts.
 */
import { barsOf } from './bars.js';
import { barsTable, verdictOf } from './bars-table.js';
import { render, type Rendering, type TextTable } from './format.js';
import type { BenchResults } from './results.js';
import { capacityTable, caseTable, generatorLine, handOffTable } from './table.js';

export function report(
  results: BenchResults,
  path: string,
  failures: readonly string[],
  rendering: Rendering,
): string {
  const { machine, versions, startedAt } = results;
  const where = [
    startedAt.slice(0, 10),
    machine.cpu,
    `${machine.cores} cores`,
    machine.kernel,
    `Node ${versions.node}`,
  ].join(', ');
  const tables = tablesOf(results).map((table) => render(table, rendering));
  const last = [
    generatorLine(results.cases),
    ...failures.map((failure) => `FAILED: ${failure}`),
    `Saved in ${path}`,
  ];
  return `${[where, ...tables, last.join('\n')].join('\n\n')}\n`;
}

function tablesOf(results: BenchResults): TextTable[] {
  // The short run has no peers: what it cannot know would fill the screen with dashes.
  const bars = barsOf(results).filter((bar) => results.options.peers || verdictOf(bar) !== 'not measured');
  return [
    ...results.cases.map(caseTable),
    ...(results.handOff ? [handOffTable(results.handOff)] : []),
    ...(results.capacity ? [capacityTable(results.capacity)] : []),
    ...(bars.length > 0 ? [barsTable(bars)] : []),
  ];
}
