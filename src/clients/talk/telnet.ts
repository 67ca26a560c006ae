/**
 * The dialogue of `handoff connect` at a terminal: what is typed goes to the server line by line, what comes back is
 * shown above the line that is being typed. Pure; clients/terminal/converse.ts performs it. From a pipe, connect.ts passes on bytes.
 */
import { LEAVE, send, show, type Dialogue, type Step } from '../terminal/dialogue.js';

export class TelnetDialogue implements Dialogue {
  readonly waitsForEnd = true;

  begin(): Step[] {
    return [];
  }

  heard(line: string): Step[] {
    return [show(line, line.startsWith('ERR ') ? 'red' : undefined)];
  }

  typed(line: string): Step[] {
    return [send(line)];
  }

  inputEnded(): Step[] {
    return [LEAVE];
  }

  /** Whoever watches has seen what the server said. */
  failure(): undefined {
    return undefined;
  }
}
