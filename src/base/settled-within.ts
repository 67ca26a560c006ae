/** Waiting with a bound. Used on every thread. */

/**
 * Resolves when the promise has settled, or after `limitMs` milliseconds. Keeps the process alive
 * meanwhile: without that, a process whose remaining work is all on other threads would end while
 * it waits. Never rejects.
 */
export function settledWithin(promise: Promise<unknown>, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(resolve, limitMs);
    const onSettled = () => {
      clearTimeout(limit);
      resolve();
    };
    promise.then(onSettled, onSettled);
  });
}
