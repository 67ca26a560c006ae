/**
 * Whether all members of a chat hear its lines in one order, each leaving out what it said itself.
 *
 * Member 0 only listens, so it hears every line: its order is the order, and everybody's is compared with it.
 * Who hears a line before member 0 does is compared later; nobody is ever far ahead or behind, because a sender has
 * one line under way at a time. So the senders of the last lines are kept, in a ring for each member, and no more.
 *
 *     member 0   3 5 3 4 5 …
 *     member 7   3 5 3 4 …      equal so far
 *     member 5   3 3 4 …        equal so far, without its own
 *
 * Part of the generator's hot path; fan-out.ts uses it.
 */
const REFERENCE = 0;

export class TotalOrder {
  readonly #members: number;
  /** Who said the member's last lines: `#ring` of them for each member, the newest over the oldest. */
  readonly #heard: Uint16Array;
  readonly #ring: number;
  /** Lines heard by each member; of these, compared; and how far that is in the order of member 0. */
  readonly #heardCount: Int32Array;
  readonly #comparedCount: Int32Array;
  readonly #place: Int32Array;
  readonly #isOut: Uint8Array;

  constructor(members: number) {
    this.#members = members;
    this.#ring = 2 ** Math.ceil(Math.log2(8 * members));
    this.#heard = new Uint16Array(members * this.#ring);
    this.#heardCount = new Int32Array(members);
    this.#comparedCount = new Int32Array(members);
    this.#place = new Int32Array(members);
    this.#isOut = new Uint8Array(members);
  }

  /** The member has heard a line of that sender. */
  note(member: number, sender: number): void {
    const count = this.#heardCount[member] ?? 0;
    this.#heard[member * this.#ring + (count & (this.#ring - 1))] = sender;
    this.#heardCount[member] = count + 1;
    this.compare(member);
  }

  /** Compares as much as both have heard. To be called for a sender after each line of its own, which it passes over. */
  compare(member: number): void {
    if (member === REFERENCE || this.#isOut[member] === 1) return;
    const ring = this.#ring;
    const mask = ring - 1;
    const heardCount = this.#heardCount[member] ?? 0;
    const orderCount = this.#heardCount[REFERENCE] ?? 0;
    let compared = this.#comparedCount[member] ?? 0;
    let place = this.#place[member] ?? 0;
    // Further apart than the rings reach: one of them has heard what the other has not.
    let isOut = heardCount - compared > ring || orderCount - place > ring;
    while (place < orderCount && !isOut) {
      const sender = this.#heard[REFERENCE * ring + (place & mask)];
      if (sender !== member) {
        if (compared === heardCount) break;
        isOut = this.#heard[member * ring + (compared & mask)] !== sender;
        compared += 1;
      }
      place += 1;
    }
    this.#comparedCount[member] = compared;
    this.#place[member] = place;
    if (isOut) this.#isOut[member] = 1;
  }

  /** How many members have heard another order than member 0. */
  countOut(): number {
    let count = 0;
    for (let member = 0; member < this.#members; member++) {
      this.compare(member);
      count += this.#isOut[member] ?? 0;
    }
    return count;
  }
}
