/**
 * The end of the present turn of main's event loop: when everything has been read that had arrived by now. What is
 * put off until then is done once for all of it. Main thread.
 */
let duties = new Set<() => void>();
let ending: Promise<void> | undefined;

/** Calls `duty` at the end of this turn, once, however often it is asked for; in the order of first asking. */
export function atEndOfTurn(duty: () => void): void {
  duties.add(duty);
  void endOfTurn();
}

/**
 * Resolves when the duties of this turn are done. A session that lets a call wait for it makes its client's next
 * line wait, too: so each client gets in one line a turn, however many it has sent.
 */
export function endOfTurn(): Promise<void> {
  return (ending ??= new Promise((resolve) => {
    setImmediate(() => {
      const due = duties;
      duties = new Set();
      ending = undefined;
      for (const duty of due) duty();
      resolve();
    });
  }));
}
