/** The dialogue of the quiz. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { QuizDialogue, type QuizSettings } from '../../../src/clients/talk/quiz.js';
import { Rehearsal } from '../../support/rehearsal.js';

const SCRIPT: QuizSettings = {
  name: 'ann',
  wayIn: 'GUEST',
  password: undefined,
  questions: 2,
  mayAskAgain: false,
};
const USER: QuizSettings = {
  name: undefined,
  wayIn: undefined,
  password: undefined,
  questions: undefined,
  mayAskAgain: true,
};

const question = (number: number) => [
  `QUESTION ${number}/2 Why?`,
  'A so',
  'B D',
  'C D day',
  'D no',
];

describe("the quiz's dialogue", () => {
  it('plays a game from a script, one line for each question', () => {
    const quiz = new Rehearsal(new QuizDialogue(SCRIPT));
    assert.deepEqual(quiz.begin(), ['send GUEST ann']);
    assert.deepEqual(quiz.hear('OK welcome'), ['send PLAY 2']);
    assert.deepEqual(quiz.hear(...question(1)), ['ask']);
    assert.deepEqual(quiz.type('a'), ['send A']);
    assert.deepEqual(quiz.hear('RIGHT 1', ...question(2)), ['ask']);
    assert.deepEqual(quiz.type('B'), ['send B']);
    assert.equal(quiz.failure, 'the game is not finished; the same name resumes it');
    assert.deepEqual(quiz.hear('WRONG C', 'SCORE 1/2', 'TOTAL 4', 'RANK 3 of 9'), ['ask']);
    assert.deepEqual(quiz.endInput(), ['send QUIT', 'leave']);
    assert.equal(quiz.failure, undefined);
  });

  it('asks the user for name, login and password, and again after a refusal', () => {
    const quiz = new Rehearsal(new QuizDialogue(USER));
    assert.deepEqual(quiz.begin(), ['ask']);
    assert.deepEqual(quiz.type(''), ['ask']);
    assert.deepEqual(quiz.type('ann'), ['ask']);
    assert.deepEqual(quiz.type('x'), ['ask'], 'not offered');
    assert.deepEqual(quiz.type('l'), ['ask secretly']);
    assert.deepEqual(quiz.type(' pass word'), ['send LOGIN ann  pass word']);
    assert.deepEqual(quiz.hear('ERR wrong'), ['ask']);
    assert.deepEqual(quiz.type(''), ['ask'], 'the same name');
    assert.deepEqual(quiz.type('r'), ['ask secretly']);
    assert.deepEqual(quiz.type('pw'), ['ask secretly'], 'once more');
    assert.deepEqual(quiz.type('wp'), ['ask secretly'], 'the two differ');
    assert.deepEqual(quiz.type('pw'), ['ask secretly']);
    assert.deepEqual(quiz.type('pw'), ['send REGISTER ann pw']);
    assert.deepEqual(quiz.hear('OK welcome'), ['ask']);
    assert.deepEqual(quiz.type('many'), ['ask']);
    assert.deepEqual(quiz.type('r'), ['send RANKING', 'ask']);
    assert.deepEqual(quiz.hear('RANKING 1 of 1', '1 bob 3'), []);
    assert.deepEqual(quiz.type(''), ['send PLAY 10']);
    assert.ok(!quiz.shown.join().includes('pw'));
  });

  it('lets a newcomer in as a guest by default', () => {
    const quiz = new Rehearsal(new QuizDialogue(USER));
    quiz.begin();
    quiz.type('bob');
    assert.deepEqual(quiz.type(''), ['send GUEST bob']);
  });

  it('says which answers it takes when the way in is none of them', () => {
    const quiz = new Rehearsal(new QuizDialogue(USER));
    quiz.begin();
    quiz.type('bob');
    assert.deepEqual(quiz.type('x'), ['ask']);
    assert.equal(quiz.shown.at(-1), 'g, l or r, please');
    assert.deepEqual(quiz.type('guest'), ['send GUEST bob']);
  });

  it('tries a password of the environment once', () => {
    const quiz = new Rehearsal(
      new QuizDialogue({ ...USER, name: 'ann', wayIn: 'LOGIN', password: 'env' }),
    );
    assert.deepEqual(quiz.begin(), ['send LOGIN ann env']);
    assert.deepEqual(quiz.hear('ERR wrong'), ['ask']);
    quiz.type('');
    assert.deepEqual(quiz.type('l'), ['ask secretly']);
  });

  it('continues an unfinished game instead of starting one', () => {
    const quiz = new Rehearsal(new QuizDialogue(SCRIPT));
    quiz.begin();
    assert.deepEqual(quiz.hear('OK welcome', 'RESUME 2/2', ...question(2)), ['ask']);
    assert.deepEqual(quiz.type('C'), ['send C']);
    assert.deepEqual(quiz.hear('RIGHT 1', 'SCORE 1/2'), ['ask']);
  });

  it('continues it even if RESUME crosses with PLAY', () => {
    const quiz = new Rehearsal(new QuizDialogue(SCRIPT));
    quiz.begin();
    assert.deepEqual(quiz.hear('OK welcome'), ['send PLAY 2']);
    assert.deepEqual(quiz.hear('RESUME 2/2', ...question(2)), ['ask']);
    assert.deepEqual(quiz.hear('ERR a game is on'), []);
    assert.deepEqual(quiz.type('C'), ['send C']);
  });

  it('asks once more after an invalid answer, whether or not the question is repeated', () => {
    const quiz = new Rehearsal(new QuizDialogue(SCRIPT));
    quiz.begin();
    quiz.hear('OK welcome');
    quiz.hear(...question(1));
    assert.deepEqual(quiz.type('E'), ['send E']);
    assert.deepEqual(quiz.hear('ERR A, B, C or D', ...question(1)), ['ask']);
    assert.deepEqual(quiz.type('what?'), ['send what?']);
    assert.deepEqual(quiz.hear('ERR A, B, C or D'), ['ask']);
    assert.deepEqual(quiz.type('D'), ['send D']);
    assert.deepEqual(quiz.type('D'), [], 'not asked');
  });

  it('does not send an invalid answer of a user', () => {
    const quiz = new Rehearsal(new QuizDialogue({ ...USER, name: 'ann', wayIn: 'GUEST' }));
    quiz.begin();
    quiz.hear('OK welcome');
    quiz.type('2');
    quiz.hear(...question(1));
    assert.deepEqual(quiz.type('x'), ['ask']);
    assert.equal(quiz.shown.at(-1), 'A, B, C or D, please');
    assert.deepEqual(quiz.type('d'), ['send D']);
  });

  it('quits in the middle of a game', () => {
    const quiz = new Rehearsal(new QuizDialogue(USER));
    quiz.begin();
    quiz.type('ann');
    assert.deepEqual(quiz.type('g'), ['send GUEST ann']);
    quiz.hear('OK welcome', 'RESUME 1/2', ...question(1));
    assert.deepEqual(quiz.type('q'), ['send QUIT', 'leave']);
  });

  it('ends a script that the server does not admit or let play', () => {
    const out = new Rehearsal(new QuizDialogue(SCRIPT));
    out.begin();
    assert.deepEqual(out.hear('ERR the name ann is registered'), ['leave']);
    assert.equal(out.failure, 'the name ann is registered');
    const idle = new Rehearsal(new QuizDialogue({ ...SCRIPT, questions: 900 }));
    idle.begin();
    idle.hear('OK welcome');
    assert.deepEqual(idle.hear('ERR there are 60 questions'), ['leave']);
    assert.equal(idle.failure, 'there are 60 questions');
    assert.equal(new Rehearsal(new QuizDialogue(SCRIPT)).failure, 'the game was not played');
  });
});
