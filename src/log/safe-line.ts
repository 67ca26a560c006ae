/**
 * Makes a line of the log safe to write and to show: short enough for one write to a pipe, and
 * without characters that a terminal obeys. Any thread; log.ts calls it for every line.
 */
import { MAX_LINE_BYTES } from './turn-writer.js';

const LONGEST_TEXT = 1024;
const MAX_ENTRIES = 64;
const DELETE = '\u007f';

/**
 * Characters that JSON leaves as they are and that a terminal or an editor obeys: DEL, the C1
 * controls, those that change the direction of text, and the two that end a line.
 */
const OBEYED = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Returns the JSON line with these characters escaped, and with its texts and lists cut if it is too
 * long. It stays valid JSON of the same shape.
 */
export function safeLine(line: string): string {
  const isAscii = line.length * 3 < MAX_LINE_BYTES && Buffer.byteLength(line) === line.length;
  return isAscii && !line.includes(DELETE) ? line : fitting(line);
}

function fitting(line: string): string {
  let fit = escaped(line);
  for (let most = LONGEST_TEXT; Buffer.byteLength(fit) > MAX_LINE_BYTES && most > 0; most >>= 1) {
    const entries = Math.min(most, MAX_ENTRIES);
    const whole = JSON.parse(line) as unknown;
    fit = escaped(
      `${JSON.stringify(whole, (_name, value: unknown) => cut(value, most, entries))}\n`,
    );
  }
  return fit;
}

function escaped(json: string): string {
  return json.replace(
    OBEYED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function cut(value: unknown, mostCharacters: number, mostEntries: number): unknown {
  if (typeof value === 'string' && value.length > mostCharacters)
    return `${value.slice(0, mostCharacters)}…`;
  if (Array.isArray(value) && value.length > mostEntries)
    return [...(value as unknown[]).slice(0, mostEntries), '…'];
  return value;
}
