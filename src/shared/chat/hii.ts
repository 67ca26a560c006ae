/**
 * The chat of the tutorial (document 004): one room, in which every client gets every message
 * unchanged, its sender included. Runs on the main thread; services/chat.ts is one client's side.
 *
 * Names and messages are bytes, one a character of a string, so messages go out exactly as they
 * came.
 */
import { withoutBlanksBehind } from '../../base/blanks.js';
import type { Next } from '../../connection/connection.js';
import type { ServiceLog } from '../../log/log.js';
import type { Member, Shared } from '../shared.js';
import { endOfTurn } from '../turn.js';
import type { ChatSession } from './chat.js';

const LONGEST_NAME_BYTES = 128;
const BLANKS = '\t\n\v\f\r ';

export class HiiChat implements Shared<ChatSession> {
  readonly #members = new Set<Member>();
  readonly #log: ServiceLog;

  constructor(log: ServiceLog) {
    this.#log = log;
  }

  enter(member: Member): ChatSession {
    let nickname = '';
    let gone = false;
    const announce = (event: 'joined' | 'left') => {
      this.#log.info(
        { connection: member.id, name: Buffer.from(nickname, 'latin1').toString() },
        event,
      );
      this.#broadcast(`${nickname} ${event} the chat!`);
    };
    return {
      join: async (name) => {
        if (gone) return 'the client has left';
        // These are bytes: trimEnd() would remove the last byte of an `à`, which looks like a
        // no-break space.
        nickname = withoutBlanksBehind(name, BLANKS);
        if (nickname === '') return 'a nickname must not be empty';
        if (nickname.length > LONGEST_NAME_BYTES)
          return `a nickname has at most ${LONGEST_NAME_BYTES} bytes`;
        this.#members.add(member);
        announce('joined');
        member.deliver('Connected to the server!');
        await endOfTurn();
        return undefined;
      },
      say: async (bytes): Promise<Next> => {
        // The client was disconnected while messages of it were on their way.
        if (gone) return 'stop';
        this.#broadcast(bytes);
        await endOfTurn();
        return undefined;
      },
      reply: async (text): Promise<undefined> => {
        member.deliver(text);
        await endOfTurn();
      },
      leave: () => {
        gone = true;
        if (this.#members.delete(member)) announce('left');
      },
    };
  }

  #broadcast(bytes: string): void {
    for (const member of this.#members) member.deliverBytes(bytes);
  }
}
