/**
 * A room: who is in it, who may rule it, and telling everybody something in one order for all. Main thread.
 * chat.ts has the rooms; what a member may type is in commands.ts.
 */
import { bytesOf, type Member } from '../shared.js';

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
  /** In the order of their arrival. */
  readonly chatters = new Set<C>();
  readonly operators = new Set<C>();

  constructor(name: string) {
    this.name = name;
  }

  /** The first in a room is its operator. */
  add(chatter: C): void {
    if (this.chatters.size === 0) this.operators.add(chatter);
    this.chatters.add(chatter);
    this.broadcast(`* ${chatter.name} joined (${this.chatters.size} here)`, chatter);
  }

  /** A room is never without an operator: if the last one leaves, who has been there longest becomes it. */
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

  /** Everybody but one gets the line. */
  broadcast(line: string, except?: C): void {
    const bytes = bytesOf(`${line}\n`);
    for (const chatter of this.chatters) if (chatter !== except) chatter.member.deliverBytes(bytes);
  }
}
