/**
 * Makes foreign text safe for a terminal: characters that would control the terminal are written
 * out.
 */

/** Controls, bidirectional marks and overrides, line and paragraph separators. */
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

const SHOWN_CHARACTERS = 100;

/** An escape becomes `␛`, a newline `␊`, an override `<U+202E>`; all other characters are kept. */
export function printable(text: string): string {
  return text.replace(UNSAFE, written);
}

/** Does the same for text of several lines: tabs and newlines are kept, too. */
export function printableLines(text: string): string {
  return text.replace(UNSAFE, (character) =>
    /[\t\n]/.test(character) ? character : written(character),
  );
}

/** Puts text in quotes, cut to {@link SHOWN_CHARACTERS}. */
export function quoted(text: string): string {
  return `"${printable(text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text)}"`;
}

function written(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '␡' : `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}
