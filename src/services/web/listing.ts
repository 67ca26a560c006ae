/** The page for a folder without an index: its entries as links. */
import { opendirSync, statSync, type Dirent } from 'node:fs';
import { asBytes, encodeName, isHidden, textOf } from './target.js';

/** The largest number of entries; the page says if there are more. */
const MAX_ENTRIES = 5000;

interface Entry {
  /** One byte a character. */
  readonly name: string;
  readonly isFolder: boolean;
}

/**
 * Lists a folder as HTML.
 * @param path where the entries are read, one byte a character
 * @param names the names from the root to the folder; empty for the root itself
 * @throws the file system's error when the folder cannot be read
 */
export function listingOf(path: string, names: readonly string[]): string {
  const { entries, isComplete } = entriesOf(path);
  const title = `Index of ${escapeHtml(textOf(['', ...names, ''].join('/')))}`;
  const links = entries.map(({ name, isFolder }) => {
    const slash = isFolder ? '/' : '';
    // With `./` in front, a name with a colon is not read as a scheme.
    return `<li><a href="./${encodeName(name)}${slash}">${escapeHtml(textOf(name))}${slash}</a></li>`;
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
function entriesOf(path: string): { entries: Entry[]; isComplete: boolean } {
  const entries: Entry[] = [];
  const folder = opendirSync(asBytes(path), { encoding: BYTES });
  try {
    for (let found = folder.readSync(); found; found = folder.readSync()) {
      const entry = entryOf(path, found);
      if (entry === undefined) continue;
      if (entries.length === MAX_ENTRIES) return { entries: sorted(entries), isComplete: false };
      entries.push(entry);
    }
  } finally {
    folder.closeSync();
  }
  return { entries: sorted(entries), isComplete: true };
}

/** Names as they are, of which Node's types do not know. */
const BYTES = 'buffer' as BufferEncoding;

function sorted(entries: Entry[]): Entry[] {
  const rank = ({ isFolder }: Entry) => (isFolder ? 0 : 1);
  return entries.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

/** Undefined if a request for the entry would not pass the checks of its name and kind. */
function entryOf(folder: string, found: Dirent): Entry | undefined {
  // The folder is read with names in bytes, which the types of Dirent do not know: hence the cast.
  const name = (found.name as unknown as Buffer).toString('latin1');
  if (isHidden(name) || name.includes('\\')) return undefined;
  const kind = found.isSymbolicLink() ? goalOf(`${folder}/${name}`) : found;
  const isFolder = kind?.isDirectory() ?? false;
  return isFolder || kind?.isFile() ? { name, isFolder } : undefined;
}

/** What a link leads to; undefined if it leads to nothing, in a circle, or where it may not be read. */
function goalOf(path: string) {
  try {
    return statSync(asBytes(path), { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
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
