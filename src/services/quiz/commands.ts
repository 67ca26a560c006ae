/** Parses a line of the quiz's protocol. The session decides which commands are allowed when. */
import { withoutBlanksAhead, withoutBlanksBehind } from '../../base/blanks.js';
import type { Letter } from '../../shared/quiz/store/store.js';

export type Command =
  | { readonly verb: 'REGISTER' | 'LOGIN'; readonly name: string; readonly password: string }
  | { readonly verb: 'GUEST'; readonly name: string }
  | { readonly verb: 'PLAY'; readonly questions: number }
  | { readonly verb: 'ANSWER'; readonly letter: Letter }
  | { readonly verb: 'RANKING' }
  | { readonly verb: 'QUIT' };

const BLANKS = ' \t';

/**
 * Parses a line.
 * @returns the command, or an error, which never quotes the line: that may contain a password
 */
export function parseCommand(line: string): Command | string {
  const begun = withoutBlanksAhead(line, BLANKS);
  const end = begun.search(/[ \t]/);
  const verb = (end === -1 ? begun : begun.slice(0, end)).toUpperCase();
  const rest = end === -1 ? '' : withoutBlanksAhead(begun.slice(end), BLANKS);
  const argument = withoutBlanksBehind(rest, BLANKS);
  switch (verb) {
    case 'REGISTER':
    case 'LOGIN':
      return credentialsOf(verb, rest);
    case 'GUEST':
      return /^[^ \t]+$/.test(argument)
        ? { verb, name: argument }
        : 'expected: GUEST name, and a name has no spaces';
    case 'PLAY':
      return /^\d{1,9}$/.test(argument)
        ? { verb, questions: Number(argument) }
        : 'expected: PLAY and a whole number of questions';
    case 'A':
    case 'B':
    case 'C':
    case 'D':
      return argument === ''
        ? { verb: 'ANSWER', letter: verb }
        : 'expected one letter: A, B, C or D';
    case 'RANKING':
    case 'QUIT':
      return argument === '' ? { verb } : `expected: ${verb} alone`;
    default:
      return 'unknown command; there are REGISTER, LOGIN, GUEST, PLAY, A, B, C, D, RANKING and QUIT';
  }
}

/** The password is the rest of the line, spaces included. */
function credentialsOf(verb: 'REGISTER' | 'LOGIN', rest: string): Command | string {
  const [, name, password] = /^([^ \t]+)[ \t](.+)$/s.exec(rest) ?? [];
  if (name === undefined || password === undefined) return `expected: ${verb} name password`;
  return { verb, name, password };
}
