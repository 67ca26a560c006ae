/** A store that fails while a client enters: the client's answer matches what was stored. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shareQuiz } from '../../../src/shared/quiz/open.js';
import type { QuizSession } from '../../../src/shared/quiz/outcomes.js';
import { Quiz } from '../../../src/shared/quiz/quiz.js';
import { openSqliteStore } from '../../../src/shared/quiz/store/sqlite.js';
import { StoreError, type Question, type QuizStore } from '../../../src/shared/quiz/store/store.js';
import type { Shared } from '../../../src/shared/shared.js';
import { FakeMember } from '../../support/fake-member.js';
import type { Cleanup } from '../../support/server.js';

const QUESTION: Question = { text: 'which?', options: ['a', 'b', 'c', 'd'], answer: 'A' };
const ANN = { name: 'ann', password: 'secret', address: '127.0.0.1' };

function openStore(t: Cleanup): QuizStore {
  const store = openSqliteStore(':memory:');
  t.after(() => store.close());
  return store;
}

function quizOn(store: QuizStore): Shared<QuizSession> {
  const log = { info: () => undefined, error: () => undefined, debug: () => undefined };
  const settings = {
    questions: [QUESTION],
    log,
    randomBelow: () => 0,
    nowMs: () => 0,
    sleep: () => Promise.resolve(),
  };
  return shareQuiz(new Quiz({ store, ...settings }));
}

/** A store that fails after so many calls. */
function failingAfter(calls: number, store: QuizStore): QuizStore {
  let left = calls;
  return new Proxy(store, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      return (...args: unknown[]): unknown => {
        if (left-- <= 0) throw new StoreError('the disk has gone');
        return method.apply(target, args);
      };
    },
  });
}

describe('REGISTER', () => {
  it('gets OK exactly if the account was stored, whichever call of the store fails', async (t) => {
    const outcomes: string[] = [];
    for (let calls = 0; outcomes.at(-1) !== 'entered' && calls < 10; calls++) {
      const store = openStore(t);
      const session = quizOn(failingAfter(calls, store)).enter(new FakeMember());
      const { kind } = await session.register(ANN);
      assert.equal(kind === 'entered', store.account('ann') !== undefined, `after ${calls} calls`);
      outcomes.push(kind);
    }
    assert.deepEqual(outcomes, ['refused', 'refused', 'entered']);
  });

  it('continues the game that a guest of the name has left', async (t) => {
    const store = openStore(t);
    const guest = quizOn(store).enter(new FakeMember());
    await guest.guest(ANN);
    await guest.play(1);
    const outcome = await quizOn(store).enter(new FakeMember()).register(ANN);
    assert.deepEqual(outcome, {
      kind: 'entered',
      welcome: 'welcome, ann',
      resumed: { number: 1, of: 1, text: 'which?', options: QUESTION.options },
    });
  });
});
