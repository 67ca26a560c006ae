/** Splits a server's text into lines, for the interactive clients. Main thread of the client. */

/** Splits a longer line into pieces. */
const MAX_LINE_CHARACTERS = 65_536;

/**
 * Yields the lines that arrived together, without their ends. The last line may lack its newline.
 * @param quietMs an unfinished line counts as complete after this silence; undefined: never. For
 * servers that do not end their messages with a newline
 */
export async function* linesOf(
  texts: AsyncIterable<string>,
  quietMs?: number,
): AsyncGenerator<string[]> {
  const iterator = texts[Symbol.asyncIterator]();
  let rest = '';
  let wasFlushed = false;
  let next: Promise<IteratorResult<string>> | undefined;
  for (;;) {
    next ??= iterator.next();
    const result = rest === '' || quietMs === undefined ? await next : await within(quietMs, next);
    if (result === undefined) {
      // Its error is reported by the next await. Until then it must not count as unhandled.
      next.catch(() => undefined);
      yield [rest];
      rest = '';
      wasFlushed = true;
      continue;
    }
    if (result.done) break;
    next = undefined;
    // The flushed line's newline may arrive late; it does not start an empty line.
    const text = wasFlushed ? result.value.replace(/^\r?\n/, '') : result.value;
    wasFlushed = false;
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_CHARACTERS) {
      lines.push(rest);
      rest = '';
    }
    if (lines.length > 0) yield lines.map((line) => line.replace(/\r$/, ''));
  }
  if (rest !== '') yield [rest];
}

/** Returns undefined if the promise takes longer than `ms`. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>(
    (resolve) => (timer = setTimeout(() => resolve(undefined), ms)),
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
