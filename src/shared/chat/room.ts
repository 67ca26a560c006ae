/**
 * A room of the chat: its members, its operators, and broadcasts in one order for all of them. Runs
 * on the main thread. chat.ts creates the rooms; commands.ts has what a member can type.
 */
import { bytesOf, type Member } from '../shared.js';
import { History } from './history.js';

/** One client in the chat, as its room and the commands see it. */
export interface Chatter {
  readonly member: Member;
  readonly name: string;
  /** Sends a line, given without its newline, to this client alone. */
  send(line: string): void;
  /** Removes the client from the chat and disconnects it. */
  kick(): void;
}

export class Room<C extends Chatter = Chatter> {
  readonly name: string;
  topic = '';
  /** Ordered by arrival. */
  readonly chatters = new Set<C>();
  readonly operators = new Set<C>();
  readonly #history: History;

  /** @param historyLines number of messages that a later member is shown */
  constructor(name: string, historyLines: number) {
    this.name = name;
    this.#history = new History(historyLines);
  }

  /** Adds a member. The first one becomes operator. */
  add(chatter: C): void {
    if (this.chatters.size === 0) this.operators.add(chatter);
    this.chatters.add(chatter);
    this.broadcast(`* ${chatter.name} joined (${this.chatters.size} here)`, chatter);
  }

  /** Removes a member. If it was the last operator, the longest present member becomes operator. */
  remove(chatter: C): void {
    this.chatters.delete(chatter);
    this.broadcast(`* ${chatter.name} left`);
    this.operators.delete(chatter);
    const [heir] = this.chatters;
    if (heir && this.operators.size === 0) this.promote(heir);
  }

  promote(chatter: C): void {
    this.operators.add(chatter);
    this.broadcast(`* ${chatter.name} is operator`);
  }

  /** Sends what a member says to the others, and keeps it for later members. */
  say(line: string, sender: C): void {
    this.#history.add(line);
    this.broadcast(line, sender);
  }

  /**
   * Shows a new member what was said before. Every line begins with `* `, as all lines of the
   * server: a client does not take them for new messages. Nothing was said: sends nothing.
   */
  showHistory(chatter: C): void {
    const lines = this.#history.lines();
    if (lines.length > 0) chatter.send(`* earlier in ${this.name}:`);
    for (const line of lines) chatter.send(`* ${line}`);
  }

  /**
   * Sends a line to all members but one. A delivery that fails fails alone: members collect what
   * they get until the end of the turn.
   */
  broadcast(line: string, except?: C): void {
    const bytes = bytesOf(`${line}\n`);
    for (const chatter of this.chatters) if (chatter !== except) chatter.member.deliverBytes(bytes);
  }
}
