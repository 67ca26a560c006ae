/**
 * Removes blanks from the ends of texts of clients, in linear time: an expression such as `/ +$/`
 * is tried at each blank, which takes quadratic time where the blanks are not at the end.
 */

/** @param blanks the characters to remove */
export function withoutBlanksBehind(text: string, blanks: string): string {
  let end = text.length;
  while (end > 0 && blanks.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** @param blanks the characters to remove */
export function withoutBlanksAhead(text: string, blanks: string): string {
  let start = 0;
  while (start < text.length && blanks.includes(text.charAt(start))) start++;
  return text.slice(start);
}

export function withoutBlanks(text: string, blanks: string): string {
  return withoutBlanksAhead(withoutBlanksBehind(text, blanks), blanks);
}
