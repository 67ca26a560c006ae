/**
 * Document 002, task 5.1: the quiz, and its three bonus tasks. A client sends its name (--join) and
 * the number of questions (--start). Then each answer brings the next question, and the last one
 * the points. The words of the server are free; how points and a question are known, see below.
 */
import { LINE, filled, say } from './conventions.js';
import type { Check, Context, Conventions, Exercise } from '../check.js';
import type { StreamClient } from '../stream-client.js';
import {
  advice,
  check,
  HINTS,
  nextClient,
  resettingClient,
  restartOnPort,
  silentLeaver,
} from './common.js';

/** A number with such a word before or behind it. */
const POINTS =
  /\b(?:points?|score|total|right|correct)\D{0,20}(\d+)|(?<!\d)(\d{1,6})\D{0,20}\b(?:points?|right|correct)/i;
const RANK = /\b(?:rank|place|position)\D{0,20}\d+/i;
/** A question has a question mark, or its choices are lines. */
const QUESTION = /\?|\n[^\n]+\n/;
const PASSWORD = 'correct-horse';

async function joins(client: StreamClient, name: string, { join, ...rest }: Conventions) {
  if (join === '') return;
  say(client, filled(join, { name }), { join, ...rest });
  // Some servers answer to the name, some wait for the number.
  await client.inbox.settles();
}

/** @returns what the server says to the start of a game */
async function starts(
  client: StreamClient,
  name: string,
  questions: number,
  conventions: Conventions,
): Promise<string> {
  await joins(client, name, conventions);
  await client.inbox.untilEnd();
  say(client, filled(conventions.start, { name, n: String(questions) }), conventions);
  return client.inbox.hearsSomething('a question');
}

async function answers(client: StreamClient, conventions: Conventions): Promise<string> {
  say(client, 'A', conventions);
  return client.inbox.hearsSomething('an answer to the answer A');
}

/**
 * Answers so many questions.
 * @param mostPoints of the whole game, which may have begun on another connection
 * @returns the report at the end
 */
async function plays(
  client: StreamClient,
  questions: number,
  conventions: Conventions,
  mostPoints = questions,
): Promise<string> {
  for (let left = questions; left > 1; left--) {
    const reply = await answers(client, conventions);
    if (!QUESTION.test(reply)) client.inbox.fail('expected the next question');
  }
  const offset = client.inbox.length;
  const report = await answers(client, conventions);
  const points = pointsOf(report);
  if (points === undefined) client.inbox.fail('expected the points after the last answer', offset);
  if (points > mostPoints)
    client.inbox.fail(`got ${points} points for ${mostPoints} questions`, offset);
  return report;
}

function pointsOf(report: string): number | undefined {
  const match = POINTS.exec(report);
  return match ? Number(match[1] ?? match[2]) : undefined;
}

/** Plays the first of three questions and leaves; the game then has two more. */
async function breaksOff(context: Context, name: string): Promise<void> {
  const client = await context.connect();
  await starts(client, name, 3, context.conventions);
  await answers(client, context.conventions);
  client.close();
  await client.waits(200);
}

async function goesOn(context: Context, name: string): Promise<void> {
  const { conventions } = context;
  const client = await context.connect();
  await joins(client, name, conventions);
  if (!QUESTION.test(await client.inbox.untilEnd())) {
    say(client, filled(conventions.start, { name, n: '3' }), conventions);
    await client.inbox.hearsSomething('a question');
  }
  await plays(client, 2, conventions, 3);
}

function checks(conventions: Conventions): readonly Check[] {
  const exchange = async (client: StreamClient) => {
    await starts(client, `visitor${client.label}`, 1, conventions);
  };
  const game = async ({ connect, uniqueName }: Context, base: string, questions: number) => {
    const client = await connect();
    await starts(client, uniqueName(base), questions, conventions);
    await plays(client, questions, conventions);
    client.close();
  };

  const question = check(
    'a client that sends its name and a number gets a question',
    { hint: 'receive name and number, then send the first question with its choices' },
    async (context) => {
      const client = await context.connect();
      const first = await starts(client, context.uniqueName('ann'), 2, conventions);
      if (!QUESTION.test(first)) client.inbox.fail('expected a question', 0);
    },
  );

  const whole = check(
    'each answer brings the next question, and the last one the points',
    {
      hint: 'ask as many questions as the client wanted, then send its points',
      requires: [question],
    },
    async (context) => {
      await game(context, 'ann', 3);
    },
  );

  const one = check(
    'a game of one question ends after one answer',
    { hint: 'the number of questions comes from the client', requires: [question] },
    async (context) => {
      await game(context, 'ann', 1);
    },
  );

  const apart = check(
    'the points of one user do not count for another',
    { hint: 'the points belong to the client or its name, not to the module', requires: [one] },
    async (context) => {
      for (const name of ['ann', 'ben', 'eve', 'joe']) await game(context, name, 1);
    },
  );

  const together = advice(
    'two clients play at the same time',
    { hint: HINTS.thread, requires: [whole] },
    async (context) => {
      const [a, b] = [await context.connect(), await context.connect()];
      await starts(a, context.uniqueName('ann'), 2, conventions);
      await starts(b, context.uniqueName('ben'), 2, conventions);
      await plays(a, 2, conventions);
      await plays(b, 2, conventions);
    },
  );

  const rank = check(
    'bonus 1: the report has the rank of the user',
    { hint: 'count the users with more points, and send that number plus one', requires: [one] },
    async (context) => {
      const client = await context.connect();
      await starts(client, context.uniqueName('ann'), 1, conventions);
      if (!RANK.test(await plays(client, 1, conventions))) client.inbox.fail('expected the rank');
    },
  );

  const resumed = check(
    'bonus 2: a game that was broken off goes on under the same name',
    { hint: 'keep the game of a name when its connection ends', requires: [whole] },
    async (context) => {
      const name = context.uniqueName('ann');
      await breaksOff(context, name);
      await goesOn(context, name);
    },
  );

  const kept = check(
    'bonus 2: it goes on after a restart of the server, too',
    {
      hint: 'write the results to a file before you answer, and read it on start',
      requires: [resumed],
      limitMs: 14_000,
    },
    async (context) => {
      const name = context.uniqueName('ann');
      await breaksOff(context, name);
      await context.restart();
      await goesOn(context, name);
    },
  );

  const bonuses = [[rank], [resumed, kept], passwords(question)];
  return [
    question,
    whole,
    one,
    apart,
    ...conventions.bonuses.flatMap((bonus) => bonuses[bonus - 1] ?? []),
    together,
    nextClient(exchange, [question], check),
    silentLeaver(exchange, [question], advice),
    resettingClient(exchange, [question], advice, exchange),
    restartOnPort(exchange, [question]),
  ];
}

/** With --register and --login in place of --join. */
function passwords(question: Check): Check[] {
  const enters = async (context: Context, template: string, name: string, password: string) => {
    const client = await context.connect();
    const join = filled(template, { name, password });
    const first = await starts(client, name, 1, { ...context.conventions, join });
    client.close();
    return { client, first };
  };

  const login = check(
    'bonus 3: a registered user can log in with the password',
    { hint: 'keep name and password, and compare them at the next login', requires: [question] },
    async (context) => {
      const { register, login: template } = context.conventions;
      const name = context.uniqueName('ann');
      await enters(context, register, name, PASSWORD);
      const { client, first } = await enters(context, template, name, PASSWORD);
      if (!QUESTION.test(first)) client.inbox.fail('expected a question after the login', 0);
    },
  );

  const wrong = check(
    'bonus 3: a wrong password does not start a game',
    { hint: 'compare the password with the one that was registered', requires: [login] },
    async (context) => {
      const { register, login: template } = context.conventions;
      const name = context.uniqueName('ann');
      await enters(context, register, name, PASSWORD);
      const client = await context.connect();
      const join = filled(template, { name, password: 'wrong' });
      await joins(client, name, { ...context.conventions, join });
      say(client, filled(context.conventions.start, { name, n: '1' }), context.conventions);
      if (QUESTION.test(await client.inbox.untilEnd()))
        client.inbox.fail('got a question after a wrong password', 0);
    },
  );
  return [login, wrong];
}

export const quiz: Exercise = {
  name: 'quiz',
  source: 'document 002, task 5.1',
  transport: 'tcp',
  conventions: { ...LINE, start: '{n}' },
  checks,
  isServed: async (client, conventions) => {
    await starts(client, `visitor${client.label}`, 1, conventions);
  },
};
