/**
 * Creates the quiz from the options of the command line. Runs on the main thread, once, before the
 * first client.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../../base/clock.js';
import type { ServiceLog } from '../../log/log.js';
import type { Shared } from '../shared.js';
import { ClientSession } from './client-session.js';
import type { QuizSession } from './outcomes.js';
import { readQuestions } from './questions.js';
import { Quiz } from './quiz.js';
import { openSqliteStore } from './store/sqlite.js';

interface QuizFiles {
  /** Path of a file of questions; undefined: the quiz's own file. */
  readonly questions: string | undefined;
  /** Path of the SQLite file. */
  readonly store: string;
}

/**
 * Opens the quiz that all clients share.
 * @throws StartError when the questions or the store cannot be used
 */
export function openQuiz({ questions, store }: QuizFiles, log: ServiceLog): Shared<QuizSession> {
  return shareQuiz(
    new Quiz({
      questions: readQuestions(questions),
      store: openSqliteStore(store),
      log,
      randomBelow: (limit) => randomInt(limit),
      nowMs: monotonicMs,
      // A pending delay does not keep a stopped server's process alive.
      sleep: (ms) => sleep(ms, undefined, { ref: false }),
    }),
  );
}

/**
 * The quiz as its server sees it: it makes a session for each client, and closes the store at the
 * end.
 */
export function shareQuiz(quiz: Quiz): Shared<QuizSession> {
  return {
    enter: (member) => new ClientSession(quiz, member.id),
    close: () => quiz.store.close(),
  };
}
