/**
 * A client that plays the quiz. It knows the right answers from the quiz's own file of questions.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { ListenAddress } from '../../src/serving/listen-address.js';
import { connectClient, type Client } from './client.js';
import type { Cleanup } from './server.js';

interface Entry {
  readonly question: string;
  readonly options: readonly string[];
  readonly answer: string;
}

export const OWN_QUESTIONS = JSON.parse(
  readFileSync(new URL('../../../src/shared/quiz/questions.json', import.meta.url), 'utf8'),
) as readonly Entry[];

const answers = new Map(OWN_QUESTIONS.map(({ question, answer }) => [question, answer]));

const LETTERS = ['A', 'B', 'C', 'D'];

interface Shown {
  /** `i/n`. */
  readonly place: string;
  readonly text: string;
  readonly right: string;
  readonly wrong: string;
}

export class Player {
  readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  static async connect(t: Cleanup, to: { readonly address: ListenAddress }): Promise<Player> {
    return new Player(await connectClient(t, to));
  }

  send(line: string): void {
    this.client.send(`${line}\n`);
  }

  /** Sends a line, and asserts that the next line is this answer. */
  async says(line: string, answer: string | RegExp): Promise<void> {
    this.send(line);
    await this.hears(answer);
  }

  async hears(answer: string | RegExp): Promise<void> {
    const heard = await this.client.readLine();
    if (typeof answer === 'string') assert.equal(heard, answer);
    else assert.match(heard, answer);
  }

  /** Asserts that the next five lines are one of the quiz's own questions. */
  async question(place: string): Promise<Shown> {
    const line = await this.client.readLine();
    assert.ok(line.startsWith(`QUESTION ${place} `), line);
    const text = line.slice(`QUESTION ${place} `.length);
    const entry = OWN_QUESTIONS.find(({ question }) => question === text);
    assert.ok(entry, text);
    for (const [index, letter] of LETTERS.entries()) {
      assert.equal(await this.client.readLine(), `${letter} ${entry.options[index] ?? ''}`);
    }
    const right = answers.get(text) ?? '';
    return { place, text, right, wrong: LETTERS.find((letter) => letter !== right) ?? '' };
  }

  async begin(questions: number): Promise<Shown> {
    this.send(`PLAY ${questions}`);
    return this.question(`1/${questions}`);
  }

  /** Plays a whole game; answers the first `right` questions correctly. */
  async game(questions: number, right: number): Promise<void> {
    this.send(`PLAY ${questions}`);
    for (let number = 1; number <= questions; number++) {
      const shown = await this.question(`${number}/${questions}`);
      if (number <= right) await this.says(shown.right, `RIGHT ${number}`);
      else await this.says(shown.wrong, `WRONG ${shown.right}`);
    }
    await this.hears(`SCORE ${right}/${questions}`);
  }

  async quit(): Promise<void> {
    await this.says('QUIT', 'OK goodbye');
    await this.client.expectEnd();
    this.client.close();
  }
}
