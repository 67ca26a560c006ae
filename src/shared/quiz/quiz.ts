/**
 * The quiz of all clients: its questions, its store, and the gate of the passwords. Runs on the
 * main thread.
 *
 *     handler ── session.answer('B') ──► ClientSession ── one transaction ──► store
 *
 * Memory holds only the question that a client was shown. So a crash loses nothing, and two clients
 * of one name cannot disagree. Read client-session.ts next.
 */
import { LineLimit } from '../../log/line-limit.js';
import type { ServiceLog } from '../../log/log.js';
import type { Question, QuizStore } from './store/store.js';
import { Gate } from './gate.js';

interface QuizSettings {
  readonly questions: readonly Question[];
  readonly store: QuizStore;
  readonly log: ServiceLog;
  /** Returns a whole number from 0 to below the limit. */
  readonly randomBelow: (limit: number) => number;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Bounds the space of one game in the store. */
const MAX_QUESTIONS = 100;

export class Quiz {
  readonly store: QuizStore;
  readonly log: ServiceLog;
  readonly gate: Gate;
  /** Of the lines that clients can cause without end. */
  readonly lines = new LineLimit();
  readonly #questions: readonly Question[];
  readonly #randomBelow: (limit: number) => number;

  constructor(settings: QuizSettings) {
    this.store = settings.store;
    this.log = settings.log;
    this.gate = new Gate(settings);
    this.#questions = settings.questions;
    this.#randomBelow = settings.randomBelow;
  }

  get mostQuestions(): number {
    return Math.min(this.#questions.length, MAX_QUESTIONS);
  }

  /**
   * Draws `count` different questions in random order: the beginning of a Fisher-Yates shuffle.
   * @throws Error when there are fewer questions
   */
  draw(count: number): Question[] {
    const rest = [...this.#questions];
    return Array.from({ length: count }, () => {
      const [drawn] = rest.splice(this.#randomBelow(rest.length), 1);
      if (drawn === undefined) throw new Error(`there are fewer than ${count} questions`);
      return drawn;
    });
  }
}
