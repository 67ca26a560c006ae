/**
 * The dialogue of `handoff connect` at a terminal: sends each typed line, and shows each line of
 * the server. Pure; run-dialogue.ts performs it. connect.ts serves scripts instead, byte by byte.
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

  /** The user has read the server's lines, so none of them is reported again. */
  failure(): undefined {
    return undefined;
  }
}
