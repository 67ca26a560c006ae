/**
 * The tables of a document, made from runs, so that no figure is typed. A comment in the document
 * says what its table shows; the text up to the closing comment is replaced:
 *
 *     <!-- table: hand-off; connections, 16 clients; requestsPerSecond -->
 *     <!-- end of table -->
 *
 * Experiment, case and measures, the last ones with spaces between them; without measures the
 * first one that the case has. `<!-- runs -->` and `<!-- end of runs -->` enclose a line about each
 * run. Pure functions; bench/run/document.ts writes the document.
 */
import { render } from '../analysis/numbers.js';
import { caseTable, runsInWords, type Runs } from './side-by-side.js';

const TABLE = /(<!-- table: ([^;]+?); ([^;]+?)(?:; ([^;]+?))? -->\n)[^]*?(<!-- end of table -->)/g;
const RUNS = /(<!-- runs -->\n)[^]*?(<!-- end of runs -->)/g;
const NOTHING = 'Not measured yet.';

/** Returns the document with its tables made anew. */
export function withTables(document: string, all: Runs): string {
  const table = (
    _: string,
    start: string,
    experiment: string,
    name: string,
    measures: string | undefined,
    end: string,
  ) => {
    const found = caseTable(all, { experiment, name }, measures?.split(' '));
    return `${start}\n${found === undefined ? NOTHING : render(found, 'markdown')}\n\n${end}`;
  };
  const lines = runsInWords(all.runs).map((line) => `- ${line}`);
  return document
    .replace(TABLE, table)
    .replace(
      RUNS,
      (_: string, start: string, end: string) =>
        `${start}\n${lines.length === 0 ? NOTHING : lines.join('\n')}\n\n${end}`,
    );
}
