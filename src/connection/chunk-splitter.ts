/**
 * Each chunk is a message, without a line end. Takes the place of a LineSplitter under `--framing
 * chunk`; lines.ts uses it.
 */
import { StringDecoder } from 'node:string_decoder';
import { MAX_LINE_BYTES, TOO_LONG, type Found } from './line-splitter.js';
import type { Typing } from './network-terminal.js';

const LINE_END = /(?:\r\n|\r|\n)$/;

export class ChunkSplitter implements Typing {
  /** Keeps the first bytes of a character that is cut between two chunks. */
  readonly #decoder = new StringDecoder('utf8');
  #text = '';

  /** Nothing that was received waits for more. */
  readonly isEmpty = true;

  push(chunk: Buffer): void {
    this.#text += this.#decoder.write(chunk);
  }

  next(): Found {
    const text = withoutPadding(this.#text);
    this.#text = '';
    if (text === '') return undefined;
    const message = text.replace(LINE_END, '');
    return isTooLong(message) ? TOO_LONG : message;
  }

  /** An incomplete character at the end is one U+FFFD. */
  takeRest(): string | undefined {
    const rest = this.#decoder.end();
    return rest === '' ? undefined : rest;
  }

  eraseCharacter(): void {
    // What a chunk has brought is a message already.
  }

  eraseLine(): void {
    // The same.
  }
}

/** Counts the bytes of the decoded text, in which an invalid byte has become three. */
function isTooLong(message: string): boolean {
  return message.length > MAX_LINE_BYTES || Buffer.byteLength(message) > MAX_LINE_BYTES;
}

/** Without the NUL bytes behind it, which C programs send that send a whole buffer. */
function withoutPadding(text: string): string {
  let length = text.length;
  while (length > 0 && text.charCodeAt(length - 1) === 0) length--;
  return text.slice(0, length);
}
