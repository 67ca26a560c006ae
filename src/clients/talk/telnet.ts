/**
 * The dialogue of `handoff connect` at a terminal: what is typed goes to the server line by line, what comes back is
 * shown above the line that is being typed. Pure; clients/terminal/converse.ts performs it. From a pipe, connect.ts passes on bytes.
 */
import { LEAVE, send, show, type Dialogue, type Step } from './dialogue.js';

export class TelnetDialogue implements Dialogue {
  readonly waitsForServer = true;

  start(): Step[] {
    return [];
  }

  onMessage(line: string): Step[] {
    return [show(line, line.startsWith('ERR ') ? 'red' : undefined)];
  }

  onLine(line: string): Step[] {
    return [send(line)];
  }

  onInputEnd(): Step[] {
    return [LEAVE];
  }

  /** Whoever watches has seen what the server said. */
  failure(): undefined {
    return undefined;
  }
}
