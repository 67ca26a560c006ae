/**
 * The dialogue of `handoff connect` at a terminal: sends each typed line, and shows each line of
 * the server. Pure; run-dialogue.ts performs it. connect.ts serves scripts instead, byte by byte.
 *
 * A prompt marks what was sent; the server's lines have none, and a colour where there are colours.
 */
import { ask, LEAVE, send, show, type Dialogue, type Step } from './dialogue.js';

interface TelnetSettings {
  /** What the client is connected to, for the user. */
  readonly server: string;
  /** Whether the server closes first by its protocol, once it has answered. */
  readonly closesFirst: boolean;
}

const PROMPT = '> ';

/** Marks a line of the client itself. */
export const note = (text: string): string => `-- ${text}`;

export class TelnetDialogue implements Dialogue {
  readonly waitsForServer = true;
  readonly #settings: TelnetSettings;
  #isAnswered = false;
  #left = false;

  constructor(settings: TelnetSettings) {
    this.#settings = settings;
  }

  start(): Step[] {
    const { server } = this.#settings;
    const texts = [`connected to ${server}`, 'Ctrl-D ends your input, Ctrl-C leaves at once'];
    return [show(texts.map(note).join('\n'), 'gray'), ask(PROMPT)];
  }

  onMessage(line: string): Step[] {
    this.#isAnswered = true;
    return [show(line, line.startsWith('ERR ') ? 'red' : 'cyan')];
  }

  onLine(line: string): Step[] {
    this.#isAnswered = false;
    return [send(line), ask(PROMPT)];
  }

  onInputEnd(): Step[] {
    this.#left = true;
    return [LEAVE];
  }

  /** The user has read the server's lines, so none of them is reported again. */
  failure(): string | undefined {
    const isOver = this.#left || (this.#settings.closesFirst && this.#isAnswered);
    return isOver ? undefined : 'the server closed the connection';
  }
}
