/**
 * What a page can save of the logs of the lab's servers since their last start: the log, and the
 * picture or the trace that `handoff timeline` makes of log files.
 *
 *     lab's main thread                     drawing thread (drawing.ts)
 *     lines of a server, in pieces ───────► reads them
 *     undefined: these are all     ───────► draws
 *     sends it to the page         ◄─────── the bytes, or why it failed
 *
 * A drawing of long logs takes seconds, in which the lab's clients must have their answers. So
 * another thread draws, and the loop turns between two pieces of a log.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** The lines of each server's log. */
type Logs = readonly (readonly string[])[];

export type DrawingName = 'picture' | 'trace';

/** To the drawing thread: lines of a server's log, by the server's place; undefined: no more. */
export type DrawingInput = { readonly server: number; readonly text: string } | undefined;

/** From it: undefined if no client has connected yet. */
export type DrawingOutput = Uint8Array<ArrayBuffer> | undefined;

export interface Export {
  readonly type: string;
  readonly name: string;
  /**
   * Undefined if no client has connected yet.
   * @param signal ends the work
   * @throws Error that says why it failed
   */
  readonly make: (logs: Logs, signal: AbortSignal) => Promise<Pieces | undefined>;
}

/** What is sent to the page, piece by piece. */
type Pieces = AsyncIterable<string | Uint8Array>;

/** Lines that are put together without a turn of the loop. */
const PIECE_LINES = 1000;

/** By the last part of the path. */
export const EXPORTS: Readonly<Record<string, Export>> = {
  log: {
    type: 'application/x-ndjson; charset=utf-8',
    name: 'lab.log',
    make: (logs) => Promise.resolve(textsOf(logs)),
  },
  picture: {
    type: 'image/svg+xml; charset=utf-8',
    name: 'lab.svg',
    make: (logs, signal) => draw('picture', logs, signal),
  },
  trace: {
    type: 'application/json; charset=utf-8',
    name: 'lab-trace.json',
    make: (logs, signal) => draw('trace', logs, signal),
  },
};

async function* textsOf(logs: Logs): AsyncGenerator<string> {
  for await (const { text } of piecesOf(logs)) yield text;
}

/** The servers go on to log, and their oldest lines are dropped: the pieces are those of now. */
function piecesOf(logs: Logs): AsyncGenerator<NonNullable<DrawingInput>> {
  const kept = logs.map((lines) => lines.slice());
  return (async function* () {
    for (const [server, lines] of kept.entries()) {
      for (let from = 0; from < lines.length; from += PIECE_LINES) {
        yield { server, text: `${lines.slice(from, from + PIECE_LINES).join('\n')}\n` };
        await nextTurn();
      }
    }
  })();
}

/** @throws Error that says why the drawing failed, or that it was not wanted any more */
export async function draw(
  name: DrawingName,
  logs: Logs,
  signal: AbortSignal,
): Promise<Pieces | undefined> {
  const worker = new Worker(new URL('./drawing.js', import.meta.url), { workerData: name });
  try {
    const drawn = new Promise<DrawingOutput>((resolve, reject) => {
      worker.once('message', resolve).once('error', reject);
      worker.once('exit', () => reject(new Error('the drawing thread has ended')));
      signal.addEventListener('abort', () => reject(new Error('it is not wanted any more')));
    });
    // It may fail while the lines are still being posted.
    drawn.catch(() => undefined);
    for await (const piece of piecesOf(logs)) {
      if (signal.aborted) break;
      worker.postMessage(piece satisfies DrawingInput);
    }
    worker.postMessage(undefined satisfies DrawingInput);
    const bytes = await drawn;
    return bytes && onePiece(bytes);
  } finally {
    void worker.terminate();
  }
}

// oxlint-disable-next-line typescript/require-await -- a sequence like that of the log
async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
