/**
 * The end of the present turn of main's event loop. By then, everything that has arrived by now has
 * been read. Work that waits until then is done once for all of it. Runs on the main thread.
 */
let duties = new Set<() => void>();
let ending: Promise<void> | undefined;

/**
 * Calls `duty` at the end of this turn, once, in the order of the first requests. A duty that
 * throws does not stop the others: its error becomes an unhandled rejection, which the server logs.
 */
export function atEndOfTurn(duty: () => void): void {
  duties.add(duty);
  void endOfTurn();
}

/**
 * Resolves when the duties of this turn are done; never rejects. A session that awaits it delays
 * its client's next line, so each client gets in one line a turn, however many it has sent.
 */
export function endOfTurn(): Promise<void> {
  return (ending ??= new Promise((resolve) => {
    setImmediate(() => {
      const due = duties;
      duties = new Set();
      ending = undefined;
      for (const duty of due) perform(duty);
      resolve();
    });
  }));
}

/** Turns what a duty throws into a rejection that nothing handles. */
function perform(duty: () => void): void {
  try {
    duty();
  } catch (error) {
    void Promise.reject(error);
  }
}
