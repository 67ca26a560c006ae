/**
 * Makes the tables of a document from the runs beside it. A program of its own, `make
 * document-tables`: docs/hand-off.md has its runs in docs/hand-off/, one summary a file, in the order
 * of their names. Results files that are given as arguments are added to them first.
 *
 *     node dist/bench/run/document.js docs/hand-off.md [results.json …]
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSummary, summaryJson, type RunSummary } from '../analysis/summary.js';
import { withTables } from '../report/document-tables.js';
import { scenarios } from '../scenarios/all.js';

/** The document with tables of the runs beside it. */
export function documentWithTables(path: string): string {
  const runs = runsBeside(path).map((file) => readSummary(file, scenarios));
  return withTables(readFileSync(path, 'utf8'), { runs, definitions: scenarios });
}

function runsBeside(path: string): string[] {
  const folder = folderOf(path);
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return []; // No run has been added yet.
  }
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, name));
}

function folderOf(path: string): string {
  return path.replace(/\.md$/, '');
}

/** A later run under the same version of Node replaces an earlier one. */
function add(path: string, run: RunSummary): void {
  const [major = 'unknown'] = run.versions.node.replace(/^v/, '').split('.');
  mkdirSync(folderOf(path), { recursive: true });
  writeFileSync(join(folderOf(path), `node-${major}.json`), summaryJson(run));
}

const [, program = '', document, ...results] = process.argv;
if (program === import.meta.filename) {
  if (document === undefined) throw new Error('needs the path of a document');
  for (const file of results) add(document, readSummary(file, scenarios));
  writeFileSync(document, documentWithTables(document));
}
