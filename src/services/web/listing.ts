/** The page for a folder that has no index: what is in it, as links. */
import { opendirSync, type Dirent } from 'node:fs';
import { encodeName, isHidden } from './target.js';

/** More are left out, and the page says so. */
const MAX_ENTRIES = 5000;

/** @param names the folder's place below the root, empty for the root itself */
export function listingOf(path: string, names: readonly string[]): string {
  const { entries, isComplete } = entriesOf(path);
  const title = `Index of ${escapeHtml(['', ...names, ''].join('/'))}`;
  const links = entries.map((entry) => {
    const slash = entry.isDirectory() ? '/' : '';
    // With `./` in front a name with a colon is no scheme.
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

/** Folders first, both in the order of their names. */
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

/** What a request for it would not be refused for its name or its kind. */
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
