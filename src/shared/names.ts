/**
 * The names that clients give themselves: which are allowed, and which of them are the same. Main thread.
 *
 * Two names that a reader cannot tell apart have the same key: full width or not, upper or lower case, and the
 * letters of Cyrillic and Greek that look like Latin ones. Not a complete table of look-alikes (Unicode TR 39 has
 * thousands), but the ones that need no unusual font.
 */

const MAX_CHARACTERS = 32;
const MAX_MARKS = 2;

const LATIN = 'abcdefghijklmnopqrstuvwxyz';
/** Beside each Latin letter what looks like it, in lower or upper case, in lower case. */
const lookAlikes: Readonly<Record<string, string>> = {
  a: 'аα',
  b: 'вβ',
  c: 'с',
  d: 'ԁ',
  e: 'еε',
  g: 'ԍ',
  h: 'һнη',
  i: 'іι',
  j: 'јϳ',
  k: 'кκ',
  l: 'ӏ',
  m: 'мμ',
  n: 'ν',
  o: 'оο',
  p: 'рρ',
  q: 'ԛ',
  s: 'ѕ',
  t: 'тτ',
  v: 'ѵ',
  w: 'ԝ',
  x: 'хχ',
  y: 'уυү',
  z: 'ζ',
};

const latinOf = new Map(
  Array.from(LATIN).flatMap((latin) =>
    Array.from(lookAlikes[latin] ?? '').map((other) => [other, latin] as const),
  ),
);

interface CheckedName {
  /** In one form of Unicode's several (NFKC). */
  readonly name: string;
  /** Equal for names that look the same. */
  readonly key: string;
}

/** @returns the name, or why it is none */
export function checkName(text: string): CheckedName | string {
  if (text.includes('\ufffd')) return 'the name is not valid UTF-8';
  const name = text.normalize('NFKC');
  if (name === '') return 'a name is expected';
  if (Array.from(name).length > MAX_CHARACTERS) return `a name has at most ${MAX_CHARACTERS} characters`;
  if (/[\p{C}\p{Default_Ignorable_Code_Point}]/u.test(name)) {
    return 'a name has no control or invisible characters';
  }
  if (/\p{Z}/u.test(name)) return 'a name has no spaces';
  if (!/^[\p{L}\p{N}]/u.test(name)) return 'a name begins with a letter or a digit';
  if (manyMarks.test(name.normalize('NFD'))) return 'a name has no letter with so many accents';
  return { name, key: keyOf(name) };
}

const manyMarks = new RegExp(`\\p{M}{${MAX_MARKS + 1}}`, 'u');

/** Upper case first: so `ß` becomes `ss`, and the two small sigmas one. Accents are put aside to find their letters. */
export function keyOf(name: string): string {
  const folded = name.toUpperCase().toLowerCase().normalize('NFKD');
  return Array.from(folded)
    .map((character) => latinOf.get(character) ?? character)
    .join('')
    .normalize('NFKC');
}
