/** Runs the dialogue of an interactive command, and turns its ending into an exit status. */
import { StartError } from '../base/errors.js';
import type { Dialogue } from '../clients/talk/dialogue.js';
import { missingText, runDialogue, type Ending } from '../clients/talk/run-dialogue.js';
import type { Terminal } from '../clients/terminal/terminal.js';
import { nameOf, type Target } from '../clients/wire/target.js';
import type { Wire } from '../clients/wire/wire.js';
import { INTERRUPTED } from './command.js';

/**
 * Runs the dialogue to its end. The exit status is 0 if the server did its part, or if a user at
 * the terminal left.
 * @returns how it ended, if that is no error
 * @throws StartError with a one-line message in every other case
 */
export async function runInteractive(
  dialogue: Dialogue,
  wire: Wire,
  terminal: Terminal,
  target: Target,
): Promise<Ending> {
  const { ending, refusal } = await runDialogue(dialogue, wire, terminal);
  const expected = ending === 'late' ? dialogue.expected?.() : undefined;
  const failure = expected ? missingText(expected) : (refusal ?? dialogue.failure());
  if (ending === 'interrupted') process.exitCode = INTERRUPTED;
  else if (ending === 'unread') process.exitCode = 1;
  else if (failure !== undefined && !(ending === 'left' && terminal.interactive))
    throw new StartError(`${nameOf(target)}: ${failure}`);
  return ending;
}
