/**
 * Thrown values in words. A program can throw anything: null, a symbol, an error whose `message`
 * throws when it is read, a revoked proxy, megabytes of text. Nothing here throws. Used on every
 * thread; log/log.ts makes the `err` of a line of it.
 */
import { createRequire } from 'node:module';

// By require, not import: see base/libc/call.ts.
const { inspect } = createRequire(import.meta.url)('node:util') as typeof import('node:util');

/** Longer texts are cut; a log line holds less. */
const MOST_CHARACTERS = 4096;

interface Described {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
}

export function describeThrown(thrown: unknown): Described {
  const stack = textOf(() => (thrown as Error).stack);
  return {
    type: textOf(() => (thrown as object).constructor.name) ?? typeof thrown,
    message: textOf(() => (thrown as Error).message) ?? shown(thrown),
    ...(stack !== undefined && { stack }),
  };
}

/** For the `err` of a log line, which would be missing if it were undefined. */
export function errOf(thrown: unknown): unknown {
  return thrown === undefined ? describeThrown(thrown) : thrown;
}

/** The text, cut if it is long. */
export function cutText(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}

function textOf(read: () => unknown): string | undefined {
  try {
    const text = read();
    return typeof text === 'string' ? cutText(text) : undefined;
  } catch {
    return undefined;
  }
}

/** What is no error, or is one that does not show its message. */
function shown(thrown: unknown): string {
  if (typeof thrown === 'string') return cutText(thrown);
  // Neither getters nor methods of the value are called, nor its proxy's.
  const text = () => inspect(thrown, { customInspect: false, depth: 1, maxStringLength: 1024 });
  return textOf(text) ?? 'a value that cannot be shown';
}
