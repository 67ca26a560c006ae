/**
 * A log-linear histogram of latencies in ns, after Gil Tene's HdrHistogram (hdrhistogram.org).
 *
 * Every power of two is divided into 128 equal buckets, so each value is exact to 1/128 (0.8 %).
 * Recording is a shift and an increment and allocates nothing. Histograms of several rounds or
 * processes can be merged by adding their counts; percentiles cannot. Recorded by the load process
 * of the bench, which its runner merges, and by a server for its hand-offs.
 */

const BUCKETS_PER_OCTAVE = 128;
const OCTAVE_BITS = 7;
/** Larger values do not fit a 32-bit shift. They lose 20 bits, less than a bucket's width. */
const WIDE = 2 ** 31;
const WIDE_BITS = 20;
const WIDE_OFFSET = WIDE_BITS * BUCKETS_PER_OCTAVE;
/** 2^43 ns are 2.4 hours. A longer latency counts as this one. */
const LARGEST_NS = 2 ** 43 - 1;
const BUCKET_COUNT = bucketOf(LARGEST_NS) + 1;

/** The JSON form that crosses processes and is stored. It has only non-empty buckets. */
export interface HistogramJson {
  readonly count: number;
  readonly sumNs: number;
  readonly minNs: number;
  readonly maxNs: number;
  /** `[highest value of the bucket in ns, count]`, ascending. */
  readonly buckets: readonly (readonly [number, number])[];
}

export class Histogram {
  readonly #counts = new Float64Array(BUCKET_COUNT);
  #count = 0;
  #sumNs = 0;
  #minNs = Infinity;
  #maxNs = 0;

  static fromJSON(json: HistogramJson): Histogram {
    return new Histogram().merge(json);
  }

  get count(): number {
    return this.#count;
  }

  /** The exact maximum, not a bucket limit; 0 while the histogram is empty. */
  get maxNs(): number {
    return this.#maxNs;
  }

  get meanNs(): number {
    return this.#count === 0 ? 0 : this.#sumNs / this.#count;
  }

  record(latencyNs: number): void {
    const index = indexOf(latencyNs);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count += 1;
    this.#sumNs += latencyNs;
    if (latencyNs > this.#maxNs) this.#maxNs = latencyNs;
    if (latencyNs < this.#minNs) this.#minNs = latencyNs;
  }

  /** Adds the counts of another histogram. */
  merge(other: Histogram | HistogramJson): this {
    const json = other instanceof Histogram ? other.toJSON() : other;
    for (const [highestNs, count] of json.buckets) {
      const index = bucketOf(highestNs);
      this.#counts[index] = (this.#counts[index] ?? 0) + count;
    }
    this.#count += json.count;
    this.#sumNs += json.sumNs;
    if (json.count > 0) this.#minNs = Math.min(this.#minNs, json.minNs);
    this.#maxNs = Math.max(this.#maxNs, json.maxNs);
    return this;
  }

  /**
   * The value in ns that `percent` per cent of the records do not exceed; 0 for an empty histogram.
   * As in HdrHistogram, it is the highest value of its bucket: exact, or at most 1/128 too high.
   */
  percentile(percent: number): number {
    const rank = Math.max(1, Math.ceil((percent / 100) * this.#count));
    let seen = 0;
    for (let index = 0; index < BUCKET_COUNT; index++) {
      seen += this.#counts[index] ?? 0;
      if (seen >= rank) return Math.min(highestOf(index), this.#maxNs);
    }
    return this.#maxNs;
  }

  /**
   * What was recorded since an earlier state of this histogram. The extremes are those of buckets,
   * not exact.
   */
  since(earlier: HistogramJson): Histogram {
    const counts = new Map(earlier.buckets);
    const later = this.toJSON();
    const buckets = later.buckets
      .map(([highestNs, count]) => [highestNs, count - (counts.get(highestNs) ?? 0)] as const)
      .filter(([, count]) => count > 0);
    return Histogram.fromJSON({
      count: later.count - earlier.count,
      sumNs: later.sumNs - earlier.sumNs,
      minNs: buckets[0]?.[0] ?? 0,
      maxNs: Math.min(buckets.at(-1)?.[0] ?? 0, later.maxNs),
      buckets,
    });
  }

  toJSON(): HistogramJson {
    const [count, sumNs, maxNs] = [this.#count, this.#sumNs, this.#maxNs];
    if (count === 0) return { count, sumNs, minNs: 0, maxNs, buckets: [] };
    const buckets: [number, number][] = [];
    // Most of the thousands of buckets lie outside the extremes, and are empty.
    const last = indexOf(maxNs);
    for (let index = indexOf(this.#minNs); index <= last; index++) {
      const inBucket = this.#counts[index] ?? 0;
      if (inBucket > 0) buckets.push([highestOf(index), inBucket]);
    }
    return { count, sumNs, minNs: this.#minNs, maxNs, buckets };
  }
}

/** Where a latency of any length is counted. */
function indexOf(latencyNs: number): number {
  return bucketOf(latencyNs > LARGEST_NS ? LARGEST_NS : latencyNs);
}

/** Below 256, each value has its own bucket. Above, each octave has 128 buckets of equal width. */
function bucketOf(valueNs: number): number {
  if (valueNs >= WIDE) return bucketOf(valueNs / 2 ** WIDE_BITS) + WIDE_OFFSET;
  const value = valueNs | 0;
  if (value < 2 * BUCKETS_PER_OCTAVE) return value < 0 ? 0 : value;
  const shift = 31 - Math.clz32(value) - OCTAVE_BITS;
  return shift * BUCKETS_PER_OCTAVE + (value >> shift);
}

function highestOf(index: number): number {
  if (index < 2 * BUCKETS_PER_OCTAVE) return index;
  const shift = Math.floor(index / BUCKETS_PER_OCTAVE) - 1;
  return (index - shift * BUCKETS_PER_OCTAVE + 1) * 2 ** shift - 1;
}
