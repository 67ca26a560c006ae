/**
 * The message of a load as text: what a user types and what a file has. Printable ASCII stands for
 * itself, every other byte is an escape sequence. Pure functions.
 */
import { UsageError } from '../../src/base/errors.js';

const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, '\\': 92 };
const FIRST_PRINTABLE = 0x20;
const LAST_PRINTABLE = 0x7e;

/**
 * The bytes of a text in UTF-8, in which `\n`, `\r`, `\t`, `\\` and `\xNN` stand for one byte.
 * @param option for messages, such as `--message`
 * @throws UsageError for another escape sequence
 */
export function messageBytes(text: string, option: string): Buffer {
  const pieces: Buffer[] = [];
  let start = 0;
  for (let at = text.indexOf('\\'); at !== -1; at = text.indexOf('\\', start)) {
    const [sequence, hex] = /^\\(?:x([\da-fA-F]{2})|[nrt\\])/.exec(text.slice(at)) ?? [];
    if (sequence === undefined) {
      const wrong = text.slice(at, at + 4);
      throw new UsageError(`${option} knows \\n, \\r, \\t, \\\\ and \\xNN, not ${wrong}`);
    }
    const byte = hex === undefined ? ESCAPES[sequence[1] ?? ''] : Number.parseInt(hex, 16);
    pieces.push(Buffer.from(text.slice(start, at)), Buffer.of(byte ?? 0));
    start = at + sequence.length;
  }
  return Buffer.concat([...pieces, Buffer.from(text.slice(start))]);
}

/** The inverse of {@link messageBytes}; equal bytes give equal texts. */
export function messageText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const [letter] = Object.entries(ESCAPES).find(([, value]) => value === byte) ?? [];
    if (letter !== undefined) return `\\${letter}`;
    if (byte >= FIRST_PRINTABLE && byte <= LAST_PRINTABLE) return String.fromCharCode(byte);
    return `\\x${byte.toString(16).padStart(2, '0')}`;
  }).join('');
}
