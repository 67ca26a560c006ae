/**
 * The dialogue of `handoff chat`: greeting, identification, then the lines of all members. Pure;
 * run-dialogue.ts performs it.
 *
 *     greeting ── question ──► asked ── identification ──► waiting ── welcome ──► in
 *                                ▲                            │
 *                                └────── question again ──────┘ refused
 */
import { ask, LEAVE, send, show, type Expected, type Dialogue, type Step } from './dialogue.js';

interface ChatSettings {
  /** The first name to try; undefined: ask the user, or read the script's first line. */
  readonly name: string | undefined;
  /** Whether the client may ask for another name if the first one is taken. */
  readonly mayAskAgain: boolean;
}

const PROMPT = '> ';
const GREETING: Expected = { what: 'greeting', of: 'the chat', withinMs: 10_000 };

/** Matches a question for the name. The line after the greeting counts as one in any case. */
const NAME_QUESTION = /[?:]\s*$|identif|nick|your name|who are you/i;
const WELCOME = /welcome|hello/i;

export class ChatDialogue implements Dialogue {
  readonly #settings: ChatSettings;
  #stage: 'greeting' | 'asked' | 'waiting' | 'in' = 'greeting';
  #linesReceived = 0;
  #name: string | undefined;
  #refusal: string | undefined;
  #left = false;
  #kicked = false;

  constructor(settings: ChatSettings) {
    this.#settings = settings;
    this.#name = settings.name;
  }

  start(): Step[] {
    return [];
  }

  onMessage(line: string): Step[] {
    const refused = line.startsWith('ERR ');
    if (refused) this.#refusal = line.slice('ERR '.length);
    this.#kicked ||= line.startsWith(`* ${this.#name ?? ''} was kicked by `);
    const shown = show(line, styleOf(line));
    this.#linesReceived++;
    if (this.#stage === 'in' || this.#stage === 'asked' || refused) return [shown];
    if (this.#stage === 'waiting' && this.#isWelcome(line)) {
      this.#stage = 'in';
      this.#refusal = undefined;
      return [shown, ask(PROMPT)];
    }
    const isQuestion =
      NAME_QUESTION.test(line) || (this.#stage === 'greeting' && this.#linesReceived > 1);
    return isQuestion ? [shown, ...this.#identify()] : [shown];
  }

  onLine(line: string): Step[] {
    if (this.#stage === 'in') {
      this.#left ||= /^\/quit\s*$/.test(line);
      return line.trim() === '' ? [ask(PROMPT)] : [send(line), ask(PROMPT)];
    }
    if (this.#stage !== 'asked') return [];
    this.#name = line.trim();
    this.#stage = 'waiting';
    return [send(this.#name)];
  }

  onInputEnd(): Step[] {
    const goodbye = this.#stage === 'in' && !this.#left;
    this.#left = true;
    return goodbye ? [send('/quit'), LEAVE] : [LEAVE];
  }

  expected(): Expected | undefined {
    return this.#stage === 'greeting' ? GREETING : undefined;
  }

  failure(): string | undefined {
    if (this.#kicked) return 'you were kicked';
    // An earlier refusal is not the reason why the connection ended.
    if (this.#stage === 'in' && !this.#left) return 'the server closed the connection';
    return this.#refusal ?? (this.#stage === 'in' ? undefined : 'the server did not let us in');
  }

  #identify(): Step[] {
    const tried = this.#stage === 'waiting';
    if (tried && !this.#settings.mayAskAgain) return [LEAVE];
    if (tried || this.#name === undefined) {
      this.#stage = 'asked';
      return [ask('your name: ')];
    }
    this.#stage = 'waiting';
    return [send(this.#name)];
  }

  #isWelcome(line: string): boolean {
    return WELCOME.test(line) && line.includes(this.#name ?? '');
  }
}

function styleOf(line: string): Parameters<typeof show>[1] {
  if (line.startsWith('ERR ')) return 'red';
  if (line.startsWith('* ')) return 'gray';
  return undefined;
}
