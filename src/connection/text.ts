/**
 * Chunks as text: UTF-8 that is right also when a character is cut between two chunks. Invalid
 * bytes become U+FFFD. A layer over any connection; lines.ts has the layer for lines.
 */
import { StringDecoder } from 'node:string_decoder';
import type { Connection, MaybePromise, Next } from './connection.js';

/**
 * Calls `use` with the text of each chunk. The first bytes of an incomplete character wait for the
 * next chunk; a chunk that completes no character is skipped. An incomplete character at the end is
 * one U+FFFD.
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

/**
 * Sends text. A handler can return the result to continue the conversation.
 * @throws ConnectionLost when the client has gone
 */
export function reply(connection: Connection, text: string): MaybePromise<undefined> {
  return connection.sendAll(Buffer.from(text));
}

/** The same bytes as a Buffer, for Node's functions that need one. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
