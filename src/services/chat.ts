/**
 * One client's side of the chat-room of exercise 1.2, and of the tutorial's (`--dialect hii`). The
 * clients share ../shared/chat/chat.ts, which runs on the main thread and delivers to them.
 *
 * Until a client has joined, its handler here sends to it. After that the handler only reads.
 */
import type { Breach, Connection } from '../connection/connection.js';
import { forEachMessage, type Framing } from '../connection/lines.js';
import { asBuffer, reply } from '../connection/text.js';
import type { ChatSession } from '../shared/chat/chat.js';
import type { Service } from './service.js';

const GREETING = 'Hello, this is the chat.\n';
const QUESTION = 'Who are you?\n';
const MAX_TRIES = 3;

const HII = 'Hii';
const HII_MESSAGE_BYTES = 4096;

export const service: Service<ChatSession> = {
  async share({ options, log }) {
    if (options.dialect === 'hii') return new (await import('../shared/chat/hii.js')).HiiChat(log);
    return new (await import('../shared/chat/chat.js')).Chat(log, options.history);
  },
  serve(connection, { options, shared }) {
    connection.startDeadline('login');
    return options.dialect === 'hii'
      ? serveHii(connection, shared)
      : serveLines(connection, options.framing, shared);
  },
};

async function serveLines(
  connection: Connection,
  framing: Framing,
  chat: ChatSession,
): Promise<Breach | undefined> {
  // Both lines in one send: a client that reads once before it answers has read them.
  await reply(connection, GREETING + QUESTION);
  let joined = false;
  let tries = 0;
  const identify = async (name: string) => {
    const fault = await chat.join(name);
    if (fault === undefined) {
      joined = true;
      connection.endDeadline('login');
      return undefined;
    }
    if (++tries === MAX_TRIES) {
      await reply(connection, `ERR ${fault}\n`);
      return 'stop';
    }
    return reply(connection, `ERR ${fault}\n${QUESTION}`);
  };
  const tell = (text: string) => (joined ? chat.reply(text) : reply(connection, text));
  return forEachMessage(connection, framing, (line) => (joined ? chat.say(line) : identify(line)), {
    refuse: tell,
    hint: tell,
  });
}

/** The client's first chunk is its nickname; each later chunk is a message. */
async function serveHii(connection: Connection, chat: ChatSession): Promise<void> {
  await reply(connection, HII);
  let joined = false;
  for (;;) {
    const chunk = await connection.recv(HII_MESSAGE_BYTES);
    if (chunk.length === 0) return;
    const bytes = asBuffer(chunk).toString('latin1');
    if (joined) {
      if ((await chat.say(bytes)) === 'stop') return;
      continue;
    }
    const fault = await chat.join(bytes);
    if (fault !== undefined) {
      await reply(connection, `ERR ${fault}`);
      return;
    }
    joined = true;
    connection.endDeadline('login');
  }
}
