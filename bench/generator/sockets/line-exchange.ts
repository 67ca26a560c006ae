/**
 * The exchange of a population: one line as the request, one line as the only right answer.
 *
 * For example `work 0` and `done 0`, or a login and its welcome. Runs in the load process, for
 * loads/closed-loop.ts. Read next: fixed-exchange.ts.
 */
import { FixedExchange } from './fixed-exchange.js';
import { fetchReferenceAnswer } from './reference-answer.js';

const MAX_ANSWER_BYTES = 4097;
const NEWLINE = 10;

/** An exchange of two lines, both given without their newline. */
export function lineExchange(line: string, answer: string): FixedExchange {
  return new FixedExchange([withNewline(line)], withNewline(answer));
}

/**
 * Sends the line and takes the server's answer as the only right one. Sends it a second time to
 * find a greeting: the answer to the first line is then what follows the second.
 * @throws Error if no answer comes within `limitMs`, or more than one line, or another line the
 * second time; SystemCallError if the connect fails
 */
export function learnLineExchange(port: number, line: string, limitMs: number): FixedExchange {
  const request = withNewline(line);
  const answer = fetchReferenceAnswer({
    ...{ port, request, limitMs },
    server: 'the server',
    maxBytes: MAX_ANSWER_BYTES,
    parse: oneLine,
    confirm: (second, first) => {
      if (Buffer.compare(second, first) !== 0) throw notOneLine(Buffer.concat([first, second]));
    },
  });
  return new FixedExchange([request], answer);
}

function withNewline(text: string): Buffer {
  return Buffer.from(`${text}\n`);
}

/** The line with its newline; undefined if its end is missing. Throws if more bytes follow. */
function oneLine(bytes: Uint8Array): Uint8Array | undefined {
  const end = bytes.indexOf(NEWLINE);
  if (end === -1) return undefined;
  if (end === bytes.length - 1) return bytes.slice();
  throw notOneLine(bytes);
}

function notOneLine(bytes: Uint8Array): Error {
  const sent = JSON.stringify(Buffer.from(bytes).toString());
  return new Error(
    `the server must not greet, and must answer the line with the same one line; it sent ${sent}`,
  );
}
