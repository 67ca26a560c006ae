/** Cuts what a server says into lines, for the wires of the interactive clients. */

/** A longer line of the server is cut. */
const MAX_LINE_CHARACTERS = 65_536;

/**
 * What came together, as lines without their ends. The last line may lack its newline.
 * @param quietMs when a line has been incomplete for so long, it is taken for complete: for servers that do not end
 * their messages with a newline
 */
export async function* linesOf(texts: AsyncIterable<string>, quietMs?: number): AsyncGenerator<string[]> {
  const iterator = texts[Symbol.asyncIterator]();
  let rest = '';
  let wasFlushed = false;
  let next: Promise<IteratorResult<string>> | undefined;
  for (;;) {
    next ??= iterator.next();
    const result = rest === '' || quietMs === undefined ? await next : await within(quietMs, next);
    if (result === undefined) {
      // It may fail before it is waited for again, and then that is heard of.
      next.catch(() => undefined);
      yield [rest];
      rest = '';
      wasFlushed = true;
      continue;
    }
    if (result.done) break;
    next = undefined;
    // The newline of a line that was shown before it came.
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

/** @returns undefined when the promise takes longer */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
