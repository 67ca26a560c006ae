/**
 * The file of questions: read and checked once, on start. Runs on the main thread. docs/quiz.md
 * describes the format.
 *
 * The quiz's own file is questions.json in the source folder, where it can be edited without a
 * build.
 */
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { StartError } from '../../base/errors.js';
import { fileReason } from '../../base/file-reason.js';
import { printable } from '../../base/printable.js';
import { LETTERS, type Letter, type Question } from './store/store.js';

const OWN_QUESTIONS = fileURLToPath(
  new URL('../../../../src/shared/quiz/questions.json', import.meta.url),
);

const MAX_BYTES = 4_000_000;
const MAX_CHARACTERS = 300;
const FIELDS = ['question', 'options', 'answer'];

/**
 * Reads and checks a file of questions.
 * @param path absolute; undefined: the quiz's own file
 * @throws StartError that names the faulty entry
 */
export function readQuestions(path: string = OWN_QUESTIONS): Question[] {
  try {
    return questionsFrom(parse(readText(path)));
  } catch (error) {
    const reason = fileReason(error, 'file');
    throw new StartError(`cannot use the questions in ${path}: ${reason}`, { cause: error });
  }
}

function readText(path: string): string {
  const { size } = statSync(path);
  if (size > MAX_BYTES) throw new Error(`the file is over ${MAX_BYTES} bytes`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    throw error instanceof TypeError
      ? new Error('the file is not valid UTF-8', { cause: error })
      : error;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The message may quote the file, line ends included.
    const reason = (error as Error).message.replace(/\s+/g, ' ');
    throw new Error(`the file is not JSON: ${reason}`, { cause: error });
  }
}

function questionsFrom(entries: unknown): Question[] {
  if (!Array.isArray(entries)) throw new Error('a JSON array of questions is expected');
  if (entries.length === 0) throw new Error('there is no question in it');
  const seen = new Map<string, number>();
  return entries.map((entry: unknown, index) => {
    const fault = (what: string) => new Error(`entry ${index + 1}${quoted(entry)}: ${what}`);
    const question = questionFrom(entry, fault);
    const earlier = seen.get(comparisonKey(question.text));
    if (earlier !== undefined) throw fault(`the same question as entry ${earlier}`);
    seen.set(comparisonKey(question.text), index + 1);
    return question;
  });
}

type Fault = (what: string) => Error;

function questionFrom(entry: unknown, fault: Fault): Question {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    throw fault('an object with question, options and answer is expected');
  }
  const unknown = Object.keys(entry).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) throw fault(`unknown field ${JSON.stringify(unknown)}`);
  const { question, options, answer } = entry as Record<string, unknown>;
  return {
    text: textFrom(question, 'question', fault),
    options: optionsFrom(options, fault),
    answer: answerFrom(answer, fault),
  };
}

function optionsFrom(options: unknown, fault: Fault): string[] {
  if (!Array.isArray(options)) throw fault(`options must be a list of ${LETTERS.length} texts`);
  if (options.length !== LETTERS.length) {
    throw fault(`${options.length} options, there must be ${LETTERS.length}`);
  }
  const texts = options.map((option: unknown, index) =>
    textFrom(option, `option ${LETTERS[index] ?? ''}`, fault),
  );
  const distinct = new Set(texts);
  if (distinct.size < texts.length) throw fault('two options are the same');
  return texts;
}

function answerFrom(answer: unknown, fault: Fault): Letter {
  const letter = LETTERS.find((known) => known === answer);
  if (letter === undefined) throw fault(`answer must be one of ${LETTERS.join(', ')}`);
  return letter;
}

/**
 * Checks a text: one line that every terminal shows as it is.
 * @throws the given fault
 */
function textFrom(value: unknown, what: string, fault: Fault): string {
  if (typeof value !== 'string') throw fault(`${what} must be a text`);
  const text = value.trim();
  if (text === '') throw fault(`${what} is empty`);
  if (Array.from(text).length > MAX_CHARACTERS)
    throw fault(`${what} is over ${MAX_CHARACTERS} characters`);
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(text)) {
    throw fault(`${what} has a line end, a control character or one that reverses text in it`);
  }
  return text;
}

function comparisonKey(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ');
}

const QUOTED_CHARACTERS = 40;

/**
 * Quotes an entry, so that a teacher finds it without counting. Escaped: it may contain anything.
 */
function quoted(entry: unknown): string {
  const { question } = (entry ?? {}) as { question?: unknown };
  if (typeof question !== 'string') return '';
  const start = Array.from(question).slice(0, QUOTED_CHARACTERS).join('');
  return ` (${JSON.stringify(printable(start === question ? question : `${start}…`))})`;
}
