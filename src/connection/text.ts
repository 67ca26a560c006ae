/**
 * Chunks as text: UTF-8 that stays right when a character is cut between two chunks. A layer over any connection.
 *
 * Invalid bytes become U+FFFD. See lines.ts for messages that end at a newline.
 */
import { StringDecoder } from 'node:string_decoder';
import type { Connection, MaybePromise, Next } from './connection.js';

/**
 * Calls `use` with the text of each chunk. The first bytes of a character whose rest has not come are kept for the
 * next chunk; a chunk that completes no character is passed over, and what is left at the end is one U+FFFD.
 */
export async function forEachText(
  connection: Connection,
  use: (text: string) => MaybePromise<Next>,
): Promise<void> {
  const decoder = new StringDecoder('utf8');
  const ending = { stopped: false };
  const note = (next: Next): Next => {
    ending.stopped ||= next === 'stop';
    return next;
  };
  await connection.forEachChunk((chunk) => {
    const text = decoder.write(asBuffer(chunk));
    const next = text === '' ? undefined : use(text);
    return next instanceof Promise ? next.then(note) : note(next);
  });
  const rest = decoder.end();
  if (!ending.stopped && rest !== '') await use(rest);
}

/** Sends text. What it returns is also what a handler returns to say that the conversation goes on. */
export function reply(connection: Connection, text: string): MaybePromise<undefined> {
  return connection.sendAll(Buffer.from(text));
}

/** The same bytes as a Buffer, for Node's calls that want one. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
