/** Who plays the quiz, and how it is proved: name, way in, password. Pure, a part of quiz.ts. */
import { ask, send, type Step } from './dialogue.js';

/** The words of the protocol. */
export type WayIn = 'LOGIN' | 'REGISTER' | 'GUEST';

export interface EntranceSettings {
  readonly name: string | undefined;
  readonly wayIn: WayIn | undefined;
  /** From the environment. Tried once. */
  readonly password: string | undefined;
  /** Whether there is somebody to ask again when the server refuses. */
  readonly mayAskAgain: boolean;
}

const WAYS_IN: Readonly<Record<string, WayIn>> = { l: 'LOGIN', r: 'REGISTER', g: 'GUEST' };

export class Entrance {
  #name: string | undefined;
  #wayIn: WayIn | undefined;
  #password: string | undefined;
  #asked: 'name' | 'way in' | 'password' | 'nothing' = 'nothing';

  constructor({ name, wayIn, password }: EntranceSettings) {
    this.#name = name;
    this.#wayIn = wayIn;
    this.#password = password;
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
        return this.#enter();
      case 'nothing':
        return [];
    }
  }

  /** Everything is asked again; what was given before is proposed, but for the password. */
  refused(): Step[] {
    this.#wayIn = undefined;
    this.#password = undefined;
    return this.#askName();
  }

  /** The way in that the server has yet to answer to. */
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
    if (this.#wayIn === 'GUEST' || (this.#wayIn && this.#password !== undefined)) return this.#enter();
    this.#asked = this.#wayIn === undefined ? 'way in' : 'password';
    if (this.#wayIn !== undefined) return [{ do: 'ask', prompt: 'password: ', secret: true }];
    return [ask('l log in, r register, g play as a guest [l]: ')];
  }

  #chosen(answer: string): Step[] {
    this.#wayIn = WAYS_IN[answer.toLowerCase().charAt(0) || 'l'];
    return this.#askWayIn();
  }

  #enter(): Step[] {
    this.#asked = 'nothing';
    const { name, wayIn, password } = { name: this.#name, wayIn: this.#wayIn, password: this.#password };
    this.#password = undefined;
    return [
      send(wayIn === 'GUEST' ? `GUEST ${name ?? ''}` : `${wayIn ?? ''} ${name ?? ''} ${password ?? ''}`),
    ];
  }
}
