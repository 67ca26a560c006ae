/**
 * One client of the lobby, and the messages that it may send in each state. Runs on the main
 * thread.
 *
 *     nameless ── name ──► waiting ── an opponent ──► playing ── end of the match ──► resting ── AGAIN ──► waiting
 *
 * QUIT, or the end of the connection, leads from each state to gone. A player that leaves in the
 * middle of a match loses it.
 */
import type { Next } from '../../connection/connection.js';
import { checkName } from '../names.js';
import type { Member, Session } from '../shared.js';
import { endOfTurn } from '../turn.js';
import type { Contestant, Match } from './match.js';

/** Where players wait for opponents. */
export interface WaitingRoom {
  /**
   * Whether a waiting player has a name that looks like this one. The two names of a match must be
   * distinct.
   */
  isWaiting(nameKey: string): boolean;
  /** Pairs the player with the waiting one, or makes it wait. */
  pairOrQueue(player: Player): void;
  remove(player: Player): void;
}

type State = Match | 'nameless' | 'waiting' | 'resting' | 'gone';

export class Player implements Session, Contestant {
  name = '';
  /** The key of its name, which all names that look the same share. */
  nameKey = '';
  readonly #member: Member;
  readonly #room: WaitingRoom;
  #state: State = 'nameless';

  constructor(member: Member, room: WaitingRoom) {
    this.#member = member;
    this.#room = room;
  }

  /** Handles a line of a client that has no name yet. */
  async introduce(line: string): Promise<Next | 'named'> {
    const next = await this.handleLine(line);
    return next ?? (this.#state === 'nameless' ? undefined : 'named');
  }

  /** Handles a line of the client. Resolves when the answers have been sent. */
  async handleLine(line: string): Promise<Next> {
    const message = line.trim();
    const command = message.toUpperCase();
    if (command === 'QUIT') {
      this.leave();
      await endOfTurn();
      return 'stop';
    }
    if (this.#state === 'nameless') this.#introduce(message, command);
    else if (this.#state === 'resting') this.#rest(command);
    else if (this.#state === 'waiting') this.send('ERR no opponent yet');
    else if (this.#state !== 'gone') this.#state.move(this, message);
    await endOfTurn();
    return undefined;
  }

  /**
   * Ends the conversation for the server's reason, a whole line. Resolves when that has been sent.
   */
  async refuse(text: string): Promise<undefined> {
    this.#member.deliver(text);
    this.leave();
    await endOfTurn();
  }

  /** Sends whole lines that are no part of the game. Resolves when they have been sent. */
  async tell(text: string): Promise<undefined> {
    this.#member.deliver(text);
    await endOfTurn();
  }

  leave(): void {
    const state = this.#state;
    this.#state = 'gone';
    if (state === 'waiting') this.#room.remove(this);
    else if (typeof state === 'object') state.forfeit(this);
  }

  send(lines: string): void {
    this.#member.deliver(`${lines}\n`);
  }

  beginMatch(match: Match): void {
    this.#state = match;
  }

  endMatch(): void {
    if (this.#state !== 'gone') this.#state = 'resting';
  }

  #introduce(name: string, command: string): void {
    const checked = checkName(name);
    if (command === 'AGAIN') this.send('ERR your name is expected first');
    else if (typeof checked === 'string') this.send(`ERR ${checked}`);
    else if (this.#room.isWaiting(checked.key))
      this.send('ERR this name is taken by the player who waits');
    else this.#enter(checked.name, checked.key);
  }

  #enter(name: string, key: string): void {
    this.name = name;
    this.nameKey = key;
    this.send(`Welcome ${name}`);
    this.#wait();
  }

  #rest(command: string): void {
    if (command === 'AGAIN') this.#wait();
    else this.send('ERR the game is over: AGAIN or QUIT');
  }

  #wait(): void {
    this.#state = 'waiting';
    this.#room.pairOrQueue(this);
  }
}
