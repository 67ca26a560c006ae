/**
 * Hangman against the server. Over a stream, a game belongs to the connection; over datagrams, to
 * the client's address. The rules are in games/hangman.ts.
 */
import type { MaybePromise, Next } from '../connection/connection.js';
import { forEachMessage } from '../connection/lines.js';
import { asBuffer, reply } from '../connection/text.js';
import { isAnswer } from './answers.js';
import { normalized, play, type Game } from './games/hangman.js';
import { WORDS } from './games/words.js';
import type { DatagramService, Service } from './service.js';

export const service: Service = {
  serve(connection, { options }) {
    let game: Game | undefined;
    const answer = (message: string): MaybePromise<Next> => {
      const turn = play(game, message, randomWord);
      game = turn.game;
      const sent = reply(connection, turn.reply);
      if (!turn.quit) return sent;
      return sent instanceof Promise ? sent.then(() => 'stop') : 'stop';
    };
    const hint = (text: string) => reply(connection, text);
    return forEachMessage(connection, options.framing, answer, { hint });
  },
};

/** The memory of an address. */
interface Played {
  readonly game: Game | undefined;
  /** The last valid message, normalised, and its reply, for a client that repeats the message. */
  readonly message: string;
  readonly reply: string;
}

/**
 * A client that repeats its last message, because the answer was lost, gets the same answer. That
 * includes messages that began, won or lost a game. An older message that arrives late is a
 * repeated guess.
 */
export const datagram: DatagramService<Played> = {
  answer(bytes, played) {
    const message = asBuffer(bytes).toString();
    if (isAnswer(message)) return { memory: played };
    const guess = normalized(message);
    if (played?.message === guess) return { reply: played.reply, memory: played };
    const turn = play(played?.game, message, randomWord);
    if (turn.quit) return { reply: turn.reply };
    // An invalid message leaves the memory as it was, so garbage from unknown addresses takes no
    // memory.
    if (turn.reply.startsWith('ERR ')) return { reply: turn.reply, memory: played };
    return { reply: turn.reply, memory: { game: turn.game, message: guess, reply: turn.reply } };
  },
};

function randomWord(): string {
  return WORDS[Math.floor(Math.random() * WORDS.length)] ?? 'hangman';
}
