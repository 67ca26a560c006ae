/**
 * A password at a terminal: read without echo, and kept by no line editor, whose history and deleted words could be
 * called back later. Its own process, main thread.
 */
import { StringDecoder } from 'node:string_decoder';
import type { Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';

type Answer = { readonly line: string } | 'end' | 'interrupt';

export interface SecretQuestion {
  /** Nobody wants to know any more. */
  close(): void;
}

const MAX_CHARACTERS = 4096;

/** Keys, and the escape sequences of those that mean nothing here. */
const KEY = /\x1b(?:\[[\d;]*[ -/]*[@-~]|O?.)?|[^]/gu;

/** Calls `answered` once, with the terminal's own modes restored, unless the question is closed before. */
export function askSecretly(
  input: ReadStream,
  output: Writable,
  prompt: string,
  answered: (answer: Answer) => void,
): SecretQuestion {
  const decoder = new StringDecoder('utf8');
  let line = '';
  const close = () => {
    input.off('data', take).off('end', end).off('error', end).pause();
    input.setRawMode(false);
  };
  const finish = (answer: Answer) => {
    close();
    output.write('\n');
    answered(answer);
  };
  const end = () => finish('end');
  const take = (chunk: Buffer) => {
    const keys = decoder.write(chunk).match(KEY) ?? [];
    for (const [index, key] of keys.entries()) {
      const edited = press(key, line);
      if (typeof edited === 'string') {
        line = edited;
        continue;
      }
      // Typed ahead, for whoever reads next.
      const rest = keys.slice(index + 1).join('');
      if (rest !== '') input.unshift(Buffer.from(rest));
      finish(edited.answer);
      return;
    }
  };
  input.setRawMode(true);
  input.on('data', take).on('end', end).on('error', end).resume();
  // Not before the echo is off: who sees it may type.
  output.write(prompt);
  return { close };
}

/** The line after a key, or what has become of the question. What is half-typed cannot be seen: Ctrl-C just ends it. */
function press(key: string, line: string): string | { readonly answer: Answer } {
  switch (key) {
    case '\r':
    case '\n':
      return { answer: { line } };
    case '\x03':
      return { answer: 'interrupt' };
    case '\x04':
      return line === '' ? { answer: 'end' } : line;
    case '\x7f':
    case '\b':
      return line.replace(/.$/u, '');
    case '\x15':
      return '';
    default:
      return key < ' ' || line.length >= MAX_CHARACTERS ? line : line + key;
  }
}
