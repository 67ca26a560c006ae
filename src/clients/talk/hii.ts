/**
 * The dialogue of `handoff chat --dialect hii`: the server sends `Hii`, the client its nickname.
 * Then every member receives every message, the sender included. Pure; run-dialogue.ts performs it.
 */
import { withoutBlanksBehind } from '../../base/blanks.js';
import { ask, LEAVE, send, show, type Expected, type Dialogue, type Step } from './dialogue.js';

const HII = 'Hii';
const PROMPT = '> ';
const GREETING: Expected = { what: HII, of: "the tutorial's chat", withinMs: 10_000 };

/** Matches the gap before the confirmation, which follows the announcement without a newline. */
const CONNECTED = /(?<=[^\n])(?=Connected to the server!\s*$)/;

/**
 * Bound on own messages that have not come back. Beyond it the oldest is dropped, and shown later.
 */
const MAX_PENDING = 100;

export class HiiDialogue implements Dialogue {
  #nickname: string | undefined;
  readonly #mayAskAgain: boolean;
  #stage: 'silent' | 'asked' | 'waiting' | 'in' = 'silent';
  #refusal: string | undefined;
  #left = false;
  /**
   * Own messages on their way back. The user has seen them already, so they are not shown again.
   */
  readonly #pending: string[] = [];

  constructor(settings: { readonly name: string | undefined; readonly mayAskAgain: boolean }) {
    this.#nickname = settings.name;
    this.#mayAskAgain = settings.mayAskAgain;
  }

  start(): Step[] {
    return [];
  }

  onMessage(chunk: string): Step[] {
    if (this.#stage === 'silent')
      return chunk.startsWith(HII) ? this.#greeted(chunk) : [show(chunk)];
    if (this.#stage === 'waiting') return this.#admitted(chunk);
    const own = this.#pending.indexOf(chunk);
    if (own === -1) return [show(withoutBlanksBehind(chunk, '\n'))];
    this.#pending.splice(0, own + 1);
    return [];
  }

  onLine(line: string): Step[] {
    if (this.#stage === 'asked') return this.#introduce(line.trim());
    if (this.#stage !== 'in') return [];
    if (line.trim() === '') return [ask(PROMPT)];
    const message = `${this.#nickname ?? ''}: ${line}`;
    this.#pending.push(message);
    if (this.#pending.length > MAX_PENDING) this.#pending.shift();
    return [send(message), ask(PROMPT)];
  }

  onInputEnd(): Step[] {
    this.#left = true;
    return [LEAVE];
  }

  expected(): Expected | undefined {
    return this.#stage === 'silent' ? GREETING : undefined;
  }

  failure(): string | undefined {
    if (this.#stage === 'in') return this.#left ? undefined : 'the server closed the connection';
    return this.#refusal ?? 'the server did not let us in';
  }

  #greeted(chunk: string): Step[] {
    const rest = chunk.slice(HII.length).trim();
    const shown = rest === '' ? [] : [show(rest)];
    if (this.#nickname !== undefined) return [...shown, ...this.#introduce(this.#nickname)];
    this.#stage = 'asked';
    return [...shown, ask('your nickname: ')];
  }

  #introduce(nickname: string): Step[] {
    if (nickname === '') return [ask('your nickname: ')];
    this.#nickname = nickname;
    this.#stage = 'waiting';
    return [send(nickname)];
  }

  /** Any answer to the nickname accepts it, unless it is an error or the question again. */
  #admitted(chunk: string): Step[] {
    if (chunk.startsWith('ERR ')) {
      this.#refusal = chunk.slice('ERR '.length).trim();
      return [show(chunk, 'red')];
    }
    if (chunk === HII) {
      if (!this.#mayAskAgain) return [LEAVE];
      this.#stage = 'asked';
      return [ask('another nickname: ')];
    }
    this.#stage = 'in';
    return [show(chunk.replace(CONNECTED, '\n'), 'gray'), ask(PROMPT)];
  }
}
