/**
 * Fits a page of text to a terminal: wraps paragraphs again under their first word, and leaves all
 * other lines alone. Pure. explain.ts uses it.
 */

import { wrap } from '../base/wrap.js';

/** Pages are written for this width. Longer lines are hard to read, so they get no wider. */
const WRITTEN_FOR = 100;

/** The number of a list's item, or a label with its text in a column of its own. */
const START = /^(?: {2}\d+\. |[A-Z][a-z]*(?: [a-z]+)? {2,}| {2}[a-z-]+ {2,})(?=\S)/;

/** @param columns the width of the terminal; undefined: the output is no terminal */
export function fit(page: string, columns = WRITTEN_FOR): string {
  if (columns >= WRITTEN_FOR) return page;
  const lines: string[] = [];
  let start = '';
  let words: string[] = [];
  const endParagraph = () => {
    if (words.length > 0)
      lines.push(...wrap(words.join(' '), columns, start, ' '.repeat(start.length)));
    words = [];
  };
  for (const line of page.split('\n')) {
    const [marker] = START.exec(line) ?? [];
    const isContinued = words.length > 0 && line.search(/\S/) === start.length;
    if (marker !== undefined || !isContinued) endParagraph();
    if (marker !== undefined) start = marker;
    else if (/^\S/.test(line)) start = '';
    else if (!isContinued) {
      lines.push(line);
      continue;
    }
    words.push(...line.slice(start.length).split(' '));
    // A line without an indent is a paragraph of its own.
    if (start === '') endParagraph();
  }
  endParagraph();
  return lines.join('\n');
}
