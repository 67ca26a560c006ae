/** What the commands of the interactive clients have in common: how a conversation ends. */
import { converse, missing } from '../clients/terminal/converse.js';
import type { Dialogue } from '../clients/terminal/dialogue.js';
import type { Terminal } from '../clients/terminal/terminal.js';
import { nameOf, type Target } from '../clients/wire/target.js';
import type { Wire } from '../clients/wire/wire.js';
import { StartError } from '../base/errors.js';

/** Exit status of a program that Ctrl-C has ended. */
const INTERRUPTED = 130;

/**
 * Holds the conversation. Status 0 if the server did what was asked, or if the user at the terminal has said goodbye.
 * @throws StartError in one line otherwise
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
