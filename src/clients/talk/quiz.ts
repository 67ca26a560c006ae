/**
 * The dialogue of `handoff quiz`: login, a game of n questions or the rest of an unfinished game,
 * the score. Pure; run-dialogue.ts performs it. entrance.ts asks for name and password.
 *
 *     entering ── OK ──► entered ── PLAY ──► playing ── SCORE ──► lobby ──► playing …
 *                           └────── RESUME ────►┘
 */
import { ask, LEAVE, send, show, type Expected, type Dialogue, type Step } from './dialogue.js';
import { Entrance, type EntranceSettings } from './entrance.js';

export interface QuizSettings extends EntranceSettings {
  /** Number of questions; undefined: ask the user. */
  readonly questions: number | undefined;
}

/** The server hashes passwords slowly, one after the other. */
const ANSWER_TIMEOUT_MS = 30_000;

const DEFAULT_QUESTIONS = 10;
const LOBBY_PROMPT = `how many questions? (r ranking, q quit) [${DEFAULT_QUESTIONS}] `;
const ANSWER_PROMPT = 'A, B, C or D? ';

export class QuizDialogue implements Dialogue {
  readonly #entrance: Entrance;
  readonly #mayAskAgain: boolean;
  #questions: number | undefined;
  #stage: 'entering' | 'entered' | 'lobby' | 'playing' = 'entering';
  /** State of the current question; in the lobby, of the question what to do next. */
  #answer: 'wanted' | 'asked' | 'sent' = 'wanted';
  #finished = false;
  #refusal: string | undefined;

  constructor(settings: QuizSettings) {
    this.#entrance = new Entrance(settings);
    this.#mayAskAgain = settings.mayAskAgain;
    this.#questions = settings.questions;
  }

  start(): Step[] {
    return this.#entrance.begin();
  }

  onMessage(line: string): Step[] {
    const [word = '', first = ''] = line.split(' ', 2);
    const rest = line.slice(word.length + 1);
    switch (word) {
      case 'ERR':
        return [show(rest, 'red'), ...this.#err(rest)];
      case 'OK':
        if (this.#stage === 'entering') this.#stage = 'entered';
        return [show(rest, 'green')];
      case 'RESUME':
        this.#startPlaying();
        return [show(`Your game continues (${first}).`, 'bold')];
      case 'QUESTION':
        this.#startPlaying();
        return [show(`\n${first}  ${rest.slice(first.length + 1)}`, 'bold')];
      case 'RIGHT':
      case 'WRONG':
        this.#answer = 'wanted';
        return [
          word === 'RIGHT'
            ? show(`Right! Points: ${rest}`, 'green')
            : show(`Wrong: it is ${rest}.`, 'red'),
        ];
      case 'SCORE':
        this.#stage = 'lobby';
        this.#answer = 'wanted';
        this.#finished = true;
        return [show(`\nYour score: ${rest}`, 'bold')];
      case 'TOTAL':
        return [show(`Your total: ${rest}`)];
      case 'RANK':
        return [show(`Your rank: ${rest}`)];
    }
    const isLastOption = this.#stage === 'playing' && word === 'D';
    return [
      show(/^[A-D]$/.test(word) ? `  ${word}  ${rest}` : line),
      ...(isLastOption ? this.#ask() : []),
    ];
  }

  onBatchEnd(): Step[] {
    if (this.#stage === 'entered') {
      this.#stage = 'lobby';
      return this.#questions === undefined ? this.#ask() : this.#play(this.#questions);
    }
    return this.#stage === 'lobby' ? this.#ask() : [];
  }

  onLine(line: string): Step[] {
    if (this.#stage === 'entering') return this.#entrance.typed(line);
    const text = line.trim();
    if (/^q(uit)?$/i.test(text)) return this.onInputEnd();
    if (this.#answer !== 'asked') return [show('wait for the server', 'gray')];
    this.#answer = 'wanted';
    if (/^r(anking)?$/i.test(text)) return [send('RANKING'), ...this.#ask()];
    if (this.#stage === 'playing') {
      if (text === '') return this.#ask();
      // A script has one line per question, so the server judges a bad one.
      if (this.#mayAskAgain && !/^[a-d]$/i.test(text))
        return [show('A, B, C or D, please', 'yellow'), ...this.#ask()];
      this.#answer = 'sent';
      return [send(text.length === 1 ? text.toUpperCase() : text)];
    }
    const number =
      text === '' ? String(DEFAULT_QUESTIONS) : /^(?:play\s+)?(\d{1,9})$/i.exec(text)?.[1];
    return number === undefined ? this.#ask() : this.#play(Number(number));
  }

  onInputEnd(): Step[] {
    return [send('QUIT'), LEAVE];
  }

  expected(): Expected | undefined {
    const request =
      this.#stage === 'entering'
        ? this.#entrance.request
        : this.#answer === 'sent' && this.#stage === 'lobby' && 'PLAY';
    return request
      ? { what: `answer to ${request}`, of: 'the quiz', withinMs: ANSWER_TIMEOUT_MS }
      : undefined;
  }

  failure(): string | undefined {
    if (this.#finished) return undefined;
    if (this.#refusal !== undefined) return this.#refusal;
    return this.#stage === 'playing'
      ? 'the game is not finished; the same name resumes it'
      : 'the game was not played';
  }

  /** Nothing sent before the game was an answer to a question. */
  #startPlaying(): void {
    if (this.#stage !== 'playing') this.#answer = 'wanted';
    this.#stage = 'playing';
    this.#refusal = undefined;
    this.#finished = false;
  }

  #play(questions: number): Step[] {
    this.#questions = undefined;
    this.#answer = 'sent';
    return [send(`PLAY ${questions}`)];
  }

  /** Asks once per answer, or a script would give two. */
  #ask(): Step[] {
    if (this.#answer !== 'wanted') return [];
    this.#answer = 'asked';
    return [ask(this.#stage === 'playing' ? ANSWER_PROMPT : LOBBY_PROMPT)];
  }

  #err(reason: string): Step[] {
    if (this.#stage !== 'playing') this.#refusal = reason;
    if (this.#stage === 'entering') return this.#mayAskAgain ? this.#entrance.refused() : [LEAVE];
    if (this.#answer !== 'sent') return [];
    if (this.#stage === 'lobby' && !this.#mayAskAgain) return [LEAVE];
    this.#answer = 'wanted';
    return this.#ask();
  }
}
