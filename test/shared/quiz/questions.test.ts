/** The file of questions: the quiz's own, and the errors about a teacher's. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readQuestions } from '../../../src/shared/quiz/questions.js';
import { runHandoff, temporaryDirectory } from '../../support/handoff.js';
import type { Cleanup } from '../../support/server.js';

const good = { question: 'How many?', options: ['1', '2', '3', '4'], answer: 'B' };

function file(t: Cleanup, content: unknown): string {
  const path = join(temporaryDirectory(t), 'questions.json');
  const isRaw = typeof content === 'string' || Buffer.isBuffer(content);
  writeFileSync(path, isRaw ? content : JSON.stringify(content));
  return path;
}

describe('the quiz’s own questions', () => {
  it('are at least sixty, whose right letters are spread evenly', () => {
    const questions = readQuestions();
    assert.ok(questions.length >= 60);
    for (const letter of ['A', 'B', 'C', 'D']) {
      const share = questions.filter(({ answer }) => answer === letter).length / questions.length;
      assert.ok(share > 0.15 && share < 0.35, `${letter}: ${share}`);
    }
  });
});

describe('a file of questions', () => {
  it('may begin with a byte order mark, and white space around its texts is removed', (t) => {
    const padded = { ...good, question: ' How many? ', options: ['1 ', '2', '3', '4'] };
    const [question] = readQuestions(file(t, `\ufeff${JSON.stringify([padded])}`));
    assert.deepEqual(question, { text: 'How many?', options: good.options, answer: 'B' });
  });

  for (const [what, content, complaint] of [
    ['is empty', '', 'the file is not JSON: Unexpected end of JSON input'],
    ['is no JSON', '[{"question":\n\n]', /^the file is not JSON: [^\n]+$/],
    ['is not UTF-8', Buffer.from('["\xff"]', 'latin1'), 'the file is not valid UTF-8'],
    ['is no list', { questions: [good] }, 'a JSON array of questions is expected'],
    ['has no question', [], 'there is no question in it'],
    [
      'has null for an entry',
      [null],
      'entry 1: an object with question, options and answer is expected',
    ],
    [
      'has a text for an entry',
      ['x'],
      'entry 1: an object with question, options and answer is expected',
    ],
    [
      'has no question in it',
      [good, { ...good, question: undefined }],
      'entry 2: question must be a text',
    ],
    ['has an empty question', [{ ...good, question: '  ' }], 'entry 1 ("  "): question is empty'],
    [
      'has a line end',
      [{ ...good, question: 'a\nb' }],
      /^entry 1 \("a␊b"\): question has a line end/,
    ],
    [
      'has a bidi override',
      [{ ...good, options: ['1', '2', '3', '\u202e'] }],
      /option D has a line end, a control character/,
    ],
    ['has three options', [{ ...good, options: ['1', '2', '3'] }], '3 options, there must be 4'],
    ['has options of a kind', [{ ...good, options: 'ABCD' }], 'options must be a list of 4 texts'],
    ['has a number', [{ ...good, options: ['1', 2, '3', '4'] }], 'option B must be a text'],
    [
      'has equal options',
      [{ ...good, options: ['1', '2', '3', '1 '] }],
      'two options are the same',
    ],
    ['has no answer', [{ ...good, answer: undefined }], 'answer must be one of A, B, C, D'],
    ['has a wrong answer', [{ ...good, answer: 'E' }], 'answer must be one of A, B, C, D'],
    ['has an unknown field', [{ ...good, anser: 'A' }], 'unknown field "anser"'],
    [
      'has a long text',
      [{ ...good, question: 'x'.repeat(301) }],
      /\("x{40}…"\): question is over 300 characters/,
    ],
    ['repeats itself', [good, { ...good, question: 'HOW  many?' }], 'the same question as entry 1'],
  ] as const) {
    it(`is refused when it ${what}`, (t) => {
      const path = file(t, content);
      assert.throws(
        () => readQuestions(path),
        (error: Error) => {
          const [, reason = ''] = error.message.split(`cannot use the questions in ${path}: `);
          if (typeof complaint === 'string') assert.ok(reason.endsWith(complaint), error.message);
          else assert.match(reason, complaint);
          return error.name === 'StartError';
        },
      );
    });
  }

  it('stops the start with a message that names the faulty entry', async (t) => {
    const path = file(t, [good, { ...good, question: 'Which?', answer: 'b' }]);
    const args = [
      'serve',
      'quiz',
      '--model',
      'event-loop',
      '--store',
      ':memory:',
      '--questions',
      path,
    ];
    assert.deepEqual(await runHandoff(t, args), {
      status: 1,
      signal: null,
      stdout: '',
      stderr: `handoff: cannot use the questions in ${path}: entry 2 ("Which?"): answer must be one of A, B, C, D\n`,
    });
  });

  it('is refused when it is a directory or missing', (t) => {
    const folder = join(temporaryDirectory(t), 'folder');
    assert.throws(() => readQuestions(folder), /: there is no such file$/);
    mkdirSync(folder);
    assert.throws(() => readQuestions(folder), /: it is a directory$/);
  });
});
