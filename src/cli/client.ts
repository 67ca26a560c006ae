/**
 * The end of a conversation, for the commands of all interactive clients: turns it into an exit
 * status or an error. Runs in the client's process.
 */
import { converse, missing } from '../clients/terminal/converse.js';
import type { Dialogue } from '../clients/terminal/dialogue.js';
import type { Terminal } from '../clients/terminal/terminal.js';
import { nameOf, type Target } from '../clients/wire/target.js';
import type { Wire } from '../clients/wire/wire.js';
import { StartError } from '../base/errors.js';

/** Exit status after Ctrl-C: 128 + SIGINT. */
const INTERRUPTED = 130;

/**
 * Runs the conversation to its end. The exit status is 0 if the server did its part, or if the user
 * left at a terminal; 130 after Ctrl-C; 1 if the reader of the output closed the pipe.
 * @throws StartError with one line in all other cases
 */
export async function hold(
  dialogue: Dialogue,
  wire: Wire,
  terminal: Terminal,
  target: Target,
): Promise<void> {
  const ending = await converse(dialogue, wire, terminal);
  const awaited = ending === 'late' ? dialogue.awaits?.() : undefined;
  const failure = awaited ? missing(awaited) : dialogue.failure();
  if (ending === 'interrupted') process.exitCode = INTERRUPTED;
  else if (ending === 'unread') process.exitCode = 1;
  else if (failure === undefined || (ending === 'left' && terminal.interactive)) return;
  else throw new StartError(`${nameOf(target)}: ${failure}`);
}
