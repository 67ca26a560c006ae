/**
 * The login part of the quiz's dialogue: asks for name, way in and password. Pure; used by quiz.ts.
 */
import { ask, send, show, type Step } from './dialogue.js';

/** The words of the protocol. */
export type WayIn = 'LOGIN' | 'REGISTER' | 'GUEST';

export interface EntranceSettings {
  readonly name: string | undefined;
  readonly wayIn: WayIn | undefined;
  /** The password of the environment; tried once. */
  readonly password: string | undefined;
  /** Whether the client may ask again when the server refuses. */
  readonly mayAskAgain: boolean;
}

const WAYS_IN: Readonly<Record<string, WayIn>> = {
  guest: 'GUEST',
  login: 'LOGIN',
  register: 'REGISTER',
};
/** A newcomer has no account yet. */
const DEFAULT_WAY_IN = 'guest';
const WAY_IN_PROMPT = 'g play as a guest, l log in, r register [g]';
const WAY_IN_REMINDER = 'g, l or r, please';

export class Entrance {
  #name: string | undefined;
  #wayIn: WayIn | undefined;
  #password: string | undefined;
  #asked: 'name' | 'way in' | 'password' | 'repetition' | 'nothing' = 'nothing';

  readonly #mayAskAgain: boolean;

  constructor({ name, wayIn, password, mayAskAgain }: EntranceSettings) {
    this.#name = name;
    this.#wayIn = wayIn;
    this.#password = password;
    this.#mayAskAgain = mayAskAgain;
  }

  begin(): Step[] {
    return this.#name === undefined ? this.#askName() : this.#askWayIn();
  }

  typed(line: string): Step[] {
    switch (this.#asked) {
      case 'name':
        return this.#named(line.trim());
      case 'way in':
        return this.#chosen(line.trim());
      case 'password':
        this.#password = line;
        return this.#mayAskAgain && this.#wayIn === 'REGISTER' ? this.#askTwice() : this.#enter();
      case 'repetition':
        return this.#repeated(line);
      case 'nothing':
        return [];
    }
  }

  /** Asks for everything again, and proposes the last name. */
  refused(): Step[] {
    this.#wayIn = undefined;
    this.#password = undefined;
    return this.#askName();
  }

  /** The request that the server has not answered yet. */
  get request(): WayIn | undefined {
    return this.#asked === 'nothing' ? this.#wayIn : undefined;
  }

  #askName(): Step[] {
    this.#asked = 'name';
    return [ask(this.#name === undefined ? 'your name: ' : `your name [${this.#name}]: `)];
  }

  #named(name: string): Step[] {
    const chosen = name === '' ? this.#name : name;
    if (chosen === undefined) return this.#askName();
    this.#name = chosen;
    return this.#askWayIn();
  }

  #askWayIn(): Step[] {
    if (this.#wayIn === 'GUEST' || (this.#wayIn && this.#password !== undefined))
      return this.#enter();
    this.#asked = this.#wayIn === undefined ? 'way in' : 'password';
    if (this.#wayIn !== undefined) return [{ do: 'ask', prompt: 'password: ', secret: true }];
    return [ask(`${WAY_IN_PROMPT}: `)];
  }

  /** Only an answer that the prompt offers: the first letters of a word, or nothing. */
  #chosen(answer: string): Step[] {
    const typed = answer.toLowerCase() || DEFAULT_WAY_IN;
    const word = Object.keys(WAYS_IN).find((way) => way.startsWith(typed));
    if (word === undefined) return [show(WAY_IN_REMINDER, 'yellow'), ...this.#askWayIn()];
    this.#wayIn = WAYS_IN[word];
    return this.#askWayIn();
  }

  /** A password that is mistyped at its registration locks its owner out. */
  #askTwice(): Step[] {
    this.#asked = 'repetition';
    return [{ do: 'ask', prompt: 'the same password again: ', secret: true }];
  }

  #repeated(line: string): Step[] {
    if (line === this.#password) return this.#enter();
    this.#password = undefined;
    return [show('The passwords differ.', 'yellow'), ...this.#askWayIn()];
  }

  #enter(): Step[] {
    this.#asked = 'nothing';
    const { name, wayIn, password } = {
      name: this.#name,
      wayIn: this.#wayIn,
      password: this.#password,
    };
    this.#password = undefined;
    return [
      send(
        wayIn === 'GUEST'
          ? `GUEST ${name ?? ''}`
          : `${wayIn ?? ''} ${name ?? ''} ${password ?? ''}`,
      ),
    ];
  }
}
