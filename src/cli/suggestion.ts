/**
 * Finds the name that a misspelt one probably stands for, for the messages of all commands. Pure.
 */

/** A word may have one mistake, or so many for each of its letters. */
const MISTAKES_A_LETTER = 0.45;
const MOST_MISTAKES = 3;
/** Shorter words resemble too many others by their beginning. */
const LEAST_PART = 3;
/** Ratings between one mistake and two. */
const BY_BEGINNING = 1.2;
const BY_PART = 1.5;

/**
 * The name that resembles a word most: by its letters, its beginning or one of its parts.
 * @returns undefined if no name resembles it
 */
export function closest(word: string, names: readonly string[]): string | undefined {
  const wanted = plain(word);
  const rated = names
    .map((name) => ({ name, rating: rate(wanted, name) }))
    .filter(({ rating }) => rating !== undefined);
  return rated.sort((a, b) => (a.rating ?? 0) - (b.rating ?? 0))[0]?.name;
}

/**
 * The end of a message about a word that names nothing.
 * @param write shows a name as the user would write it
 * @param otherwise the next step if no name resembles the word
 */
export function didYouMean(
  word: string,
  names: readonly string[],
  otherwise: string,
  write = (name: string) => name,
): string {
  const name = closest(word, names);
  return name === undefined ? `; ${otherwise}` : `; did you mean ${write(name)}?`;
}

/** @returns the smaller, the more alike; undefined: not alike */
function rate(wanted: string, name: string): number | undefined {
  const mistakes = distance(wanted, plain(name));
  if (mistakes <= 1) return mistakes;
  const isLong = Math.min(wanted.length, plain(name).length) >= LEAST_PART;
  if (isLong && (plain(name).startsWith(wanted) || wanted.startsWith(plain(name))))
    return BY_BEGINNING;
  const parts = name.split('-').filter(({ length }) => length > LEAST_PART);
  if (parts.some((part) => distance(wanted, part) <= 1)) return BY_PART;
  const most = Math.min(MOST_MISTAKES, Math.round(wanted.length * MISTAKES_A_LETTER));
  return mistakes <= most ? mistakes : undefined;
}

/** Case, hyphens and underscores are what users forget. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}

/**
 * Number of letters to insert, delete, replace or swap with their neighbour: the optimal string
 * alignment distance.
 */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Infinity;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? at(i - 2, j - 2) + 1 : Infinity;
      row.push(Math.min(replaced, swapped, at(i - 1, j) + 1, at(i, j - 1) + 1));
    }
  }
  return at(a.length, b.length);
}
