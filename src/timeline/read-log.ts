/**
 * Reads a server's log into its runs.
 *
 * Servers append to their log file, so it can hold several runs, one after the other or at the same
 * time. It can also hold lines of other programs, and a torn line where a server was killed. Read
 * run.ts next.
 */
import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileError } from '../base/part-file.js';
import { StartError } from '../base/errors.js';
import { Run, type LogLine } from './run.js';

interface ServerLog {
  /** The runs in the order in which they began. */
  readonly runs: readonly Run[];
  /** How many lines could not be read as log lines; empty lines do not count. */
  readonly foreignLines: number;
}

/**
 * Reads the log in a file.
 * @param path of the file; `-` is standard input
 * @param onProgress called with the number of bytes read so far, and that of the file if known
 * @throws StartError, with a message of one line, when the file cannot be read
 */
export async function readLog(
  path: string,
  onProgress?: (bytes: number, totalBytes: number | undefined) => void,
): Promise<ServerLog> {
  const input = path === '-' ? process.stdin : createReadStream(path);
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  let bytes = 0;
  try {
    input.on('data', (chunk: Buffer) => onProgress?.((bytes += chunk.length), size || undefined));
    return await readLines(createInterface({ input, crlfDelay: Infinity }));
  } catch (error) {
    throw fileError('read', path === '-' ? 'standard input' : path, error);
  }
}

/**
 * Reads the log from its lines.
 * @param lines without their newlines
 * @throws the error of `lines`, if it fails
 */
export async function readLines(
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<ServerLog> {
  const runs: Run[] = [];
  const latest = new Map<number, Run>();
  let foreignLines = 0;
  for await (const text of lines) {
    const line = parseLine(text);
    if (line) runOf(line, runs, latest).add(line);
    else if (text.trim() !== '') foreignLines++;
  }
  // Lines after the end of a run, or of a server that failed to start, are not a run.
  return {
    runs: runs.filter(({ isListening, connections }) => isListening || connections.size > 0),
    foreignLines,
  };
}

/**
 * Returns a run of the log.
 * @param number counts from 1; undefined chooses the last run
 * @throws StartError, with a message of one line, when the log has no such run
 */
export function pickRun({ runs, foreignLines }: ServerLog, number: number | undefined): Run {
  if (runs.length === 0) {
    const hint =
      foreignLines > 0 ? 'it has no log lines (has pino-pretty changed it?)' : 'it is empty';
    throw new StartError(`this is not the log of a server: ${hint}`);
  }
  const run = runs[(number ?? runs.length) - 1];
  if (run) return run;
  throw new StartError(
    `there is no run ${number ?? 0} in the log, only ${runs.length === 1 ? 'one' : `1 to ${runs.length}`}`,
  );
}

/**
 * Returns the run that a line belongs to; starts a new run if the line cannot be of the latest one.
 */
function runOf(line: LogLine, runs: Run[], latest: Map<number, Run>): Run {
  const run = latest.get(line.pid);
  if (run && !run.startsNextRun(line)) return run;
  const next = new Run(line.pid);
  latest.set(line.pid, next);
  runs.push(next);
  return next;
}

/**
 * Every log line begins with this text. After a torn line the next one follows without a newline.
 */
const LINE_PREFIX = '{"level":';

function parseLine(text: string): LogLine | undefined {
  const whole = parseJsonLine(text);
  if (whole) return whole;
  const last = text.lastIndexOf(LINE_PREFIX);
  return last > 0 ? parseJsonLine(text.slice(last)) : undefined;
}

function parseJsonLine(text: string): LogLine | undefined {
  let line: Partial<LogLine> | null;
  try {
    line = JSON.parse(text) as Partial<LogLine> | null;
  } catch {
    return undefined;
  }
  if (typeof line !== 'object' || line === null) return undefined;
  const { time, pid, msg } = line;
  return Number.isFinite(time) && Number.isSafeInteger(pid) && typeof msg === 'string'
    ? (line as LogLine)
    : undefined;
}
