/**
 * What makes a check fail: the server did something else than the exercise asks. Thrown by clients
 * and checks, caught by run-checks.ts.
 */
import type { Mark } from './transcript.js';

export class Mismatch extends Error {
  override readonly name = 'Mismatch';
  /** The first wrong byte; undefined if no byte is wrong, as when the server does not start. */
  readonly mark: Mark | undefined;

  constructor(message: string, mark?: Mark) {
    super(message);
    this.mark = mark;
  }
}

/** A check that cannot be made here, for a reason that is not the server's fault. */
export class NotPossible extends Error {
  override readonly name = 'NotPossible';
}
