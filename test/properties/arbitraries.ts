/**
 * Random input of clients, and how it is cut. Runs are bounded and repeat themselves, so a failure
 * is caused by the change under test. `PROPERTY_RUNS=100` multiplies the runs and makes them differ
 * each time.
 */
import fc from 'fast-check';

const FACTOR = Number(process.env.PROPERTY_RUNS ?? 1);
const SEED = process.env.PROPERTY_RUNS === undefined ? { seed: 1 } : {};
const MOST_LINES = 30;

/** Bound for all runs of a property in milliseconds, against a hang; they take far less. */
export const BOUND_MS = 60_000 * FACTOR;

/** On a failure fast-check prints the seed, the path and the smallest failing input. */
export function runs(usual: number): fc.Parameters<unknown> {
  return { numRuns: usual * FACTOR, ...SEED };
}

/**
 * The bytes of a conversation: lines of a protocol's words, of any text and of any bytes; some are
 * too long.
 */
export function conversations(
  words: readonly string[],
  mostLines = MOST_LINES,
): fc.Arbitrary<Buffer> {
  const text = (arbitrary: fc.Arbitrary<string>) => arbitrary.map((piece) => Buffer.from(piece));
  const piece = fc.oneof(
    { weight: 10, arbitrary: text(fc.constantFrom(...words)) },
    { weight: 2, arbitrary: text(fc.constantFrom(' ', '\0', '\r', '\t', '\x1b[2J', '\ufeff', '')) },
    { weight: 2, arbitrary: text(fc.string({ unit: 'binary', maxLength: 12 })) },
    {
      weight: 2,
      arbitrary: fc
        .uint8Array({ maxLength: 12 })
        .map((bytes) => Buffer.from(bytes.filter(isNoNewline))),
    },
  );
  const atTheLimit = fc
    .integer({ min: 4090, max: 4100 })
    .map((length) => Buffer.alloc(length, 'x'));
  const line = fc.oneof(
    { weight: 30, arbitrary: text(fc.constantFrom(...words)) },
    {
      weight: 30,
      arbitrary: fc.array(piece, { maxLength: 3 }).map((pieces) => Buffer.concat(pieces)),
    },
    { weight: 1, arbitrary: atTheLimit },
  );
  const ended = fc
    .tuple(line, text(fc.constantFrom('\n', '\r\n')))
    .map((parts) => Buffer.concat(parts));
  const rest = fc.oneof(fc.constant(Buffer.alloc(0)), line);
  return fc
    .tuple(fc.array(ended, { maxLength: mostLines }), rest)
    .map(([lines, end]) => readable(Buffer.concat([...lines, end])));
}

/** The same bytes, which a failure's report shows as short text. */
function readable(bytes: Buffer): Buffer {
  const shown = JSON.stringify(bytes.toString('latin1')).replace(
    /x{9,}/g,
    ({ length }) => `<${length} × x>`,
  );
  return Object.defineProperty(bytes, fc.toStringMethod, { value: () => shown });
}

/** Lengths of chunks, repeated until the bytes end; none: all bytes in one chunk. */
export const cuts: fc.Arbitrary<readonly number[]> = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5000 })),
  { maxLength: 10 },
);

export function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = lengths[chunks.length % lengths.length] ?? bytes.length;
    chunks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return chunks;
}

/** A newline within arbitrary bytes would make more lines than were requested. */
function isNoNewline(byte: number): boolean {
  return byte !== 0x0a;
}
