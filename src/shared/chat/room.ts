/**
 * A room: who is in it, who may rule it, and telling everybody something in one order for all. Main thread.
 * chat.ts has the rooms; what a member may type is in commands.ts.
 */
import { bytesOf } from '../shared.js';
import type { Chatter } from './chat.js';

export class Room {
  readonly name: string;
  topic = '';
  /** In the order of their arrival. */
  readonly chatters = new Set<Chatter>();
  readonly operators = new Set<Chatter>();

  constructor(name: string) {
    this.name = name;
  }

  /** The first in a room is its operator. */
  add(chatter: Chatter): void {
    if (this.chatters.size === 0) this.operators.add(chatter);
    this.chatters.add(chatter);
    this.tell(`* ${chatter.name} joined (${this.chatters.size} here)`, chatter);
  }

  /** A room is never without an operator: if the last one leaves, who has been there longest becomes it. */
  remove(chatter: Chatter): void {
    this.chatters.delete(chatter);
    this.tell(`* ${chatter.name} left`);
    this.operators.delete(chatter);
    const [heir] = this.chatters;
    if (heir && this.operators.size === 0) this.promote(heir);
  }

  promote(chatter: Chatter): void {
    this.operators.add(chatter);
    this.tell(`* ${chatter.name} is operator`);
  }

  /** Everybody but one gets the line. */
  tell(line: string, except?: Chatter): void {
    const bytes = bytesOf(`${line}\n`);
    for (const chatter of this.chatters) if (chatter !== except) chatter.member.deliverBytes(bytes);
  }
}
