/**
 * A chat-room with a bot. Everyone gets every line; `!karma name` asks the bot, and `name++` gives a
 * point. The room is one object on the main thread, which delivers to the clients by itself, so the
 * handler only reads.
 *
 *     handoff serve examples/chat-bot.js
 *     handoff connect --port 9000                     # in two terminals
 */
// @ts-check
import { forEachMessage } from 'handoff';

/** Memory is bounded: anyone may invent names. */
const MOST_NAMES = 1000;

/** @typedef {import('handoff').Session & { say(line: string): import('handoff').MaybePromise<undefined> }} Guest */

/** @type {import('handoff').Service<Guest>} */
export const service = {
  share() {
    /** @type {Map<string, number>} */
    const karma = new Map();
    /** @type {Set<import('handoff').Member>} */
    const members = new Set();
    const toAll = (/** @type {string} */ line) => {
      for (const member of members) member.deliver(`${line}\n`);
    };
    return {
      enter(member) {
        members.add(member);
        member.deliver(`bot: hello guest ${member.id}, we are ${members.size}\n`);
        return {
          say(line) {
            toAll(`guest ${member.id}: ${line}`);
            const [, name = '', plus] = /^(?:!karma )?([a-z]{1,20})(\+\+)?$/i.exec(line) ?? [];
            const points = (karma.get(name) ?? 0) + (plus ? 1 : 0);
            if (plus && (karma.has(name) || karma.size < MOST_NAMES)) karma.set(name, points);
            if (plus || line.startsWith('!karma ')) toAll(`bot: ${name} has ${points}`);
            return undefined;
          },
          leave() {
            members.delete(member);
            toAll(`bot: guest ${member.id} left`);
          },
        };
      },
    };
  },
  serve: (connection, { options, shared }) =>
    forEachMessage(connection, options.framing, (line) => shared.say(line)),
};
