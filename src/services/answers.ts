/** Recognises answers, for the datagram services that would otherwise answer everything. */

/**
 * An error, the time of daytime, or a reply of hangman, as they are or in upper case. No guess in
 * hangman has a space or a digit, or is the word `bye`.
 */
const ANSWER =
  /^(?:ERR |\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\n$|WORD \d|AT \d|MISS \d|REPEATED |WON |LOST |BYE\n$)/i;

/**
 * Whether a datagram is what these services answer. It gets no answer: its sender's address may be
 * another server's, forged so that the two answer each other without end.
 */
export function isAnswer(message: string): boolean {
  return ANSWER.test(message);
}
