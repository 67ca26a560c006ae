/**
 * Pairs the players of tic-tac-toe: the first one waits, the next one is its opponent. Lives on the
 * main thread, once for the whole server. player.ts has what a client can say; match.ts plays.
 */
import type { Member, Shared } from '../shared.js';
import { Match } from './match.js';
import { Player, type WaitingRoom } from './player.js';

export class Lobby implements Shared<Player>, WaitingRoom {
  /** Ordered by arrival. All waiting names look the same, or two of them would be playing. */
  readonly #waiting = new Set<Player>();
  #matches = 0;

  enter(member: Member): Player {
    return new Player(member, this);
  }

  isWaiting(nameKey: string): boolean {
    return this.#longestWaiting()?.nameKey === nameKey;
  }

  pairOrQueue(player: Player): void {
    const opponent = this.#longestWaiting();
    if (opponent === undefined || opponent.nameKey === player.nameKey) {
      this.#waiting.add(player);
      return;
    }
    this.#waiting.delete(opponent);
    const match = new Match(++this.#matches, opponent, player);
    opponent.beginMatch(match);
    player.beginMatch(match);
  }

  remove(player: Player): void {
    this.#waiting.delete(player);
  }

  #longestWaiting(): Player | undefined {
    const [first] = this.#waiting;
    return first;
  }
}
