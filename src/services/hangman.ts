/**
 * Hangman against the server: over a stream, where the game belongs to the connection, and over datagrams, where it
 * belongs to the client's address. The rules are in games/hangman.ts.
 */
import { forEachMessage } from '../connection/lines.js';
import { asBuffer, reply } from '../connection/text.js';
import { normalized, play, type Game } from './games/hangman.js';
import { WORDS } from './games/words.js';
import type { DatagramService, Service } from './service.js';

export const service: Service = {
  serve(connection, { options }) {
    let game: Game | undefined;
    return forEachMessage(connection, options.framing, (message) => {
      const turn = play(game, message, randomWord);
      game = turn.game;
      const sent = reply(connection, turn.reply);
      if (!turn.quit) return sent;
      return sent instanceof Promise ? sent.then(() => 'stop') : 'stop';
    });
  },
};

/** What is remembered of an address. */
interface Played {
  readonly game: Game | undefined;
  /** The last message that was understood, folded, and its reply: a client that did not get that asks again. */
  readonly message: string;
  readonly reply: string;
}

/**
 * A client that resends its last message, because the answer was lost, gets the same answer, also when it was the
 * message that began, won or lost the game. An older one that arrives late is a repeated guess, which costs nothing.
 */
export const datagram: DatagramService<Played> = {
  answer(bytes, played) {
    const message = asBuffer(bytes).toString();
    const guess = normalized(message);
    if (played?.message === guess) return { reply: played.reply, memory: played };
    const turn = play(played?.game, message, randomWord);
    if (turn.quit) return { reply: turn.reply };
    // What was not understood is forgotten at once: a stranger's garbage takes no place in the memory.
    if (turn.reply.startsWith('ERR ')) return { reply: turn.reply, memory: played };
    return { reply: turn.reply, memory: { game: turn.game, message: guess, reply: turn.reply } };
  },
};

function randomWord(): string {
  return WORDS[Math.floor(Math.random() * WORDS.length)] ?? 'hangman';
}
