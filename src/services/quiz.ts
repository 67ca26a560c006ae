/**
 * One client's conversation in the quiz, task 5.1. Players, questions and scores are on the main
 * thread, in ../shared/quiz/quiz.ts. The handler reaches them through its session and keeps
 * nothing.
 */
import { forEachMessage } from '../connection/lines.js';
import { reply } from '../connection/text.js';
import type { MaybePromise, Next } from '../connection/connection.js';
import type { Outcome, QuizSession } from '../shared/quiz/outcomes.js';
import { parseCommand, type Command } from './quiz/commands.js';
import { linesOf } from './quiz/replies.js';
import type { Service } from './service.js';

export const service: Service<QuizSession> = {
  async share({ options, log }) {
    const { openQuiz } = await import('../shared/quiz/open.js');
    return openQuiz(options, log);
  },

  serve(connection, { options, shared }) {
    connection.startDeadline('login');
    const answer = async (line: string): Promise<Next> => {
      const command = parseCommand(line);
      if (typeof command === 'string') return reply(connection, `ERR ${command}\n`);
      if (command.verb === 'QUIT') {
        await reply(connection, 'OK goodbye\n');
        return 'stop';
      }
      const outcome = await carryOut(command, shared, () => addressOf(connection.peer));
      if (outcome.kind === 'entered') connection.endDeadline('login');
      return reply(connection, `${linesOf(outcome).join('\n')}\n`);
    };
    const hint = (text: string) => reply(connection, text);
    return forEachMessage(connection, options.framing, answer, { hint });
  },
};

type Carried = Exclude<Command, { verb: 'QUIT' }>;

function carryOut(
  command: Carried,
  session: QuizSession,
  address: () => string,
): MaybePromise<Outcome> {
  switch (command.verb) {
    case 'REGISTER':
      return session.register({
        name: command.name,
        password: command.password,
        address: address(),
      });
    case 'LOGIN':
      return session.login({ name: command.name, password: command.password, address: address() });
    case 'GUEST':
      return session.guest({ name: command.name, address: address() });
    case 'PLAY':
      return session.play(command.questions);
    case 'ANSWER':
      return session.answer(command.letter);
    case 'RANKING':
      return session.ranking();
  }
}

/** A peer without its port, in which the connections of one address differ. */
function addressOf(peer: string): string {
  return peer.replace(/:\d+$/, '');
}
