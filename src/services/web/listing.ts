/** The page for a folder without an index: its entries as links. */
import { opendirSync, type Dirent } from 'node:fs';
import { encodeName, isHidden } from './target.js';

/** The largest number of entries; the page says if there are more. */
const MAX_ENTRIES = 5000;

/**
 * Lists a folder as HTML.
 * @param names the names from the root to the folder; empty for the root itself
 * @throws the file system's error when the folder cannot be read
 */
export function listingOf(path: string, names: readonly string[]): string {
  const { entries, isComplete } = entriesOf(path);
  const title = `Index of ${escapeHtml(['', ...names, ''].join('/'))}`;
  const links = entries.map((entry) => {
    const slash = entry.isDirectory() ? '/' : '';
    // With `./` in front, a name with a colon is not read as a scheme.
    return `<li><a href="./${encodeName(entry.name)}${slash}">${escapeHtml(entry.name)}${slash}</a></li>`;
  });
  if (names.length > 0) links.unshift('<li><a href="../">../</a></li>');
  if (!isComplete) links.push(`<li>and more than these ${MAX_ENTRIES}</li>`);
  return [
    '<!DOCTYPE html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>`,
    `<body><h1>${title}</h1><ul>`,
    ...links,
    '</ul></body></html>\n',
  ].join('\n');
}

/** Folders first, then files, both ordered by name. */
function entriesOf(path: string): { entries: Dirent[]; isComplete: boolean } {
  const entries: Dirent[] = [];
  const folder = opendirSync(path);
  try {
    for (let entry = folder.readSync(); entry; entry = folder.readSync()) {
      if (!isListed(entry)) continue;
      if (entries.length === MAX_ENTRIES) return { entries: sorted(entries), isComplete: false };
      entries.push(entry);
    }
  } finally {
    folder.closeSync();
  }
  return { entries: sorted(entries), isComplete: true };
}

function sorted(entries: Dirent[]): Dirent[] {
  const rank = (entry: Dirent) => (entry.isDirectory() ? 0 : 1);
  return entries.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

/** Whether a request for the entry would pass the checks of its name and kind. */
function isListed(entry: Dirent): boolean {
  const { name } = entry;
  return (
    (entry.isFile() || entry.isDirectory() || entry.isSymbolicLink()) &&
    !isHidden(name) &&
    !name.includes('\\')
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
