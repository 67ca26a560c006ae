/** axe-core's rules for accessible pages, in the tests' browser. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, OpenPage, View } from './browser.js';

const SOURCE = sourceOf('axe-core/axe.min.js');

/** The reason to skip a test, for its options; false if axe-core is installed. */
export const withoutAxe: string | false = SOURCE === undefined && 'needs the package axe-core';

/** The page's findings: rule, number of elements, the first of them. */
export async function findingsOf(browser: Browser, url: string, view: View): Promise<string[]> {
  return (await browser.evaluate(url, view, EXPRESSION)) as string[];
}

/** The same for a page that is open. */
export async function findingsIn(page: Pick<OpenPage, 'evaluate'>): Promise<string[]> {
  return (await page.evaluate(EXPRESSION)) as string[];
}

/** Runs in the page. */
const AUDIT = `async () => {
  const { violations } = await axe.run(document);
  return violations.map(({ id, nodes }) =>
    id + ' (' + nodes.length + '): ' + nodes[0].html.slice(0, 100));
}`;

const EXPRESSION = `${SOURCE ?? ''};(${AUDIT})()`;

function sourceOf(file: string): string | undefined {
  try {
    return readFileSync(createRequire(import.meta.url).resolve(file), 'utf8');
  } catch {
    return undefined;
  }
}
