/** A binary heap: gives its values back in the order of their keys, each in logarithmic time. */
export class MinHeap<T> {
  readonly #keyOf: (value: T) => number;
  /** The value at `i` is at most as large as those at `2i + 1` and `2i + 2`. */
  readonly #values: T[] = [];

  constructor(keyOf: (value: T) => number) {
    this.#keyOf = keyOf;
  }

  /** The value with the smallest key; undefined if the heap is empty. */
  get first(): T | undefined {
    return this.#values[0];
  }

  push(value: T): void {
    let at = this.#values.length;
    this.#values.push(value);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Removes and returns {@link first}. */
  pop(): T | undefined {
    const { first } = this;
    const last = this.#values.pop();
    if (last === undefined || this.#values.length === 0) return first;
    this.#values[0] = last;
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const child = this.#isBefore(right, left) ? right : left;
      if (!this.#isBefore(child, at)) return first;
      this.#swap(child, at);
      at = child;
    }
  }

  /** False if there is no value at `one`. */
  #isBefore(one: number, other: number): boolean {
    if (one >= this.#values.length) return false;
    return this.#keyOf(this.#values[one] as T) < this.#keyOf(this.#values[other] as T);
  }

  #swap(one: number, other: number): void {
    const values = this.#values;
    [values[one], values[other]] = [values[other] as T, values[one] as T];
  }
}
