/**
 * Checks total order: all members of a chat receive the lines of others in one order.
 *
 * Member 0 only listens and receives every line, so its order is the reference. A member that is
 * ahead of member 0 is compared later. No member is far ahead or behind, because each sender has
 * one line in flight; so a ring of the last senders per member is enough.
 *
 *     member 0   3 5 3 4 5 …
 *     member 7   3 5 3 4 …      equal so far
 *     member 5   3 3 4 …        equal so far, without its own
 *
 * On the generator's hot path; fan-out.ts uses it.
 */
const REFERENCE = 0;

export class TotalOrder {
  readonly #members: number;
  /** The senders of each member's last lines: a ring of `#ring` entries per member. */
  readonly #senders: Uint16Array;
  readonly #ring: number;
  /** By member: lines received, lines compared, and the position in the reference after these. */
  readonly #receivedCount: Int32Array;
  readonly #comparedCount: Int32Array;
  readonly #position: Int32Array;
  /** By member: 1 once its order differs. */
  readonly #differs: Uint8Array;

  constructor(members: number) {
    this.#members = members;
    this.#ring = 2 ** Math.ceil(Math.log2(8 * members));
    this.#senders = new Uint16Array(members * this.#ring);
    this.#receivedCount = new Int32Array(members);
    this.#comparedCount = new Int32Array(members);
    this.#position = new Int32Array(members);
    this.#differs = new Uint8Array(members);
  }

  /** Records that the member has received a line of the sender. */
  record(member: number, sender: number): void {
    const count = this.#receivedCount[member] ?? 0;
    this.#senders[member * this.#ring + (count & (this.#ring - 1))] = sender;
    this.#receivedCount[member] = count + 1;
    this.compare(member);
  }

  /** Compares the lines received so far. To be called also after a member's own line. */
  compare(member: number): void {
    if (member === REFERENCE || this.#differs[member] === 1) return;
    const ring = this.#ring;
    const mask = ring - 1;
    const receivedCount = this.#receivedCount[member] ?? 0;
    const referenceCount = this.#receivedCount[REFERENCE] ?? 0;
    let compared = this.#comparedCount[member] ?? 0;
    let position = this.#position[member] ?? 0;
    // Further apart than the rings reach: one of the two has lines that the other lacks.
    let differs = receivedCount - compared > ring || referenceCount - position > ring;
    while (position < referenceCount && !differs) {
      const sender = this.#senders[REFERENCE * ring + (position & mask)];
      if (sender !== member) {
        if (compared === receivedCount) break;
        differs = this.#senders[member * ring + (compared & mask)] !== sender;
        compared += 1;
      }
      position += 1;
    }
    this.#comparedCount[member] = compared;
    this.#position[member] = position;
    if (differs) this.#differs[member] = 1;
  }

  /** How many members received another order than member 0. */
  countDiffering(): number {
    let count = 0;
    for (let member = 0; member < this.#members; member++) {
      this.compare(member);
      count += this.#differs[member] ?? 0;
    }
    return count;
  }
}
