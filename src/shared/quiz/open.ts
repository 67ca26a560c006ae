/** Puts the quiz together from the options of the command line. Main thread, once, before the first client. */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../../base/clock.js';
import type { ServiceLog, ServiceOptions } from '../../services/service.js';
import { openSqliteStore } from './store/sqlite.js';
import { readQuestions } from './questions.js';
import { Quiz } from './quiz.js';

/** @throws StartError when the questions or the store cannot be used */
export function openQuiz({ questions, store }: ServiceOptions, log: ServiceLog): Quiz {
  return new Quiz({
    questions: readQuestions(questions),
    store: openSqliteStore(store),
    log,
    randomBelow: (limit) => randomInt(limit),
    nowMs: monotonicMs,
    // A server that has stopped does not wait for it.
    sleep: (ms) => sleep(ms, undefined, { ref: false }),
  });
}
