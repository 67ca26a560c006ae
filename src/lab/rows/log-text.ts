/**
 * A line of a server's log for the page: the event, its connection and the reason. Pure. Standard
 * error and lines that are no JSON stay as they are.
 */
const MOST_CHARACTERS = 240;

interface Line {
  readonly msg?: string;
  readonly connection?: number;
  readonly thread?: number;
  readonly reason?: string;
  readonly cause?: string;
  readonly err?: { readonly message?: string };
}

export function logText(text: string): string {
  return wordsOf(text).slice(0, MOST_CHARACTERS);
}

function wordsOf(text: string): string {
  let line: Line | null;
  try {
    line = JSON.parse(text) as Line | null;
  } catch {
    return text;
  }
  if (typeof line?.msg !== 'string') return text;
  const { msg, connection, thread, reason, cause, err } = line;
  return [
    msg,
    connection === undefined ? '' : `connection ${connection}`,
    thread === undefined ? '' : `thread ${thread}`,
    reason ?? cause ?? '',
    err?.message ?? '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}
