/**
 * The names that clients choose: which are allowed, and which look the same. Runs on the main
 * thread.
 *
 * Names that a reader cannot distinguish have the same key. It ignores width and case, and maps
 * Cyrillic and Greek letters to the Latin letters that they look like. The table is not complete
 * (Unicode TR 39 has thousands of entries); it has those that need no unusual font.
 */

const MAX_CHARACTERS = 32;
const MAX_MARKS = 2;
/** Limit before normalising, which makes one character of up to four with two UTF-16 units each. */
const MAX_UNITS = 8 * MAX_CHARACTERS;

const LATIN = 'abcdefghijklmnopqrstuvwxyz';
/** For each Latin letter the letters, in lower case, that look like it in lower or upper case. */
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
  /** The name in the normal form NFKC. */
  readonly name: string;
  /** Equal for names that look the same. */
  readonly key: string;
}

/**
 * Checks a name that a client has sent.
 * @returns the name, or why it is not allowed
 */
export function checkName(text: string): CheckedName | string {
  if (text.includes('\ufffd')) return 'the name is not valid UTF-8';
  // Normalising takes quadratic time on a text of accents.
  const name = text.length > MAX_UNITS ? text : text.normalize('NFKC');
  if (name === '') return 'a name is expected';
  if (Array.from(name).length > MAX_CHARACTERS)
    return `a name has at most ${MAX_CHARACTERS} characters`;
  if (/[\p{C}\p{Default_Ignorable_Code_Point}]/u.test(name)) {
    return 'a name has no control or invisible characters';
  }
  if (/\p{Z}/u.test(name)) return 'a name has no spaces';
  if (!/^[\p{L}\p{N}]/u.test(name)) return 'a name begins with a letter or a digit';
  if (manyMarks.test(name.normalize('NFD'))) return 'a name has no letter with so many accents';
  return { name, key: keyOf(name) };
}

const manyMarks = new RegExp(`\\p{M}{${MAX_MARKS + 1}}`, 'u');

/**
 * The key of a name. Upper case comes first: it makes `ss` of `ß`, and one of the two small sigmas.
 * Accents are split off to find their letters. A text too long for a name is its own key.
 */
export function keyOf(name: string): string {
  if (name.length > MAX_UNITS) return name;
  const folded = name.toUpperCase().toLowerCase().normalize('NFKD');
  return Array.from(folded)
    .map((character) => latinOf.get(character) ?? character)
    .join('')
    .normalize('NFKC');
}
