/**
 * Reads a password from a terminal without echo. No line editor sees it, since an editor keeps a
 * history and deleted words. Its own process, main thread.
 */
import { StringDecoder } from 'node:string_decoder';
import type { Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { guardTerminal, suspendProcess } from './guard.js';

type Answer = { readonly line: string } | 'end' | 'interrupt';

export interface SecretQuestion {
  /** Cancels the question and restores the terminal's mode. */
  close(): void;
}

const MAX_CHARACTERS = 4096;

/** Matches one key: a character, or an escape sequence, which is ignored. */
const KEY = /\x1b(?:\[[\d;]*[ -/]*[@-~]|O?.)?|[^]/gu;

/**
 * Asks for a password.
 * @param answered called once, after the terminal's mode is restored; never if the caller closes
 * the question first
 */
export function askSecretly(
  input: ReadStream,
  output: Writable,
  prompt: string,
  answered: (answer: Answer) => void,
): SecretQuestion {
  const decoder = new StringDecoder('utf8');
  let line = '';
  const release = guardTerminal({
    restore: () => {
      input.setRawMode(false);
      output.write('\n');
    },
    resume: () => {
      input.setRawMode(true);
      output.write(prompt);
    },
  });
  const close = () => {
    release();
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
      // Keys typed ahead belong to the next reader.
      const rest = keys.slice(index + 1).join('');
      if (rest !== '') input.unshift(Buffer.from(rest));
      finish(edited.answer);
      return;
    }
  };
  input.setRawMode(true);
  input.on('data', take).on('end', end).on('error', end).resume();
  // The prompt comes after the echo is off, since the user may type as soon as it appears.
  output.write(prompt);
  return { close };
}

/**
 * Returns the edited line, or the answer that the key completes. Ctrl-C ends the question at once,
 * since the user does not see a half-typed line.
 */
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
    case '\x1a':
      suspendProcess();
      return line;
    default:
      return key < ' ' || line.length >= MAX_CHARACTERS ? line : line + key;
  }
}
