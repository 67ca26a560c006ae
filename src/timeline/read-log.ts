/**
 * Reads a server's log into its runs. A log file is appended to: it can hold several runs, of one server after the
 * other or of two at once, and lines that are none of a server's. A run that was killed can leave a torn line.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileError } from '../base/part-file.js';
import { StartError } from '../base/errors.js';
import { Run, type LogLine } from './run.js';

interface ServerLog {
  /** In the order in which they began. */
  readonly runs: readonly Run[];
  /** How many lines were not understood, empty ones aside. */
  readonly foreignLines: number;
}

/**
 * @param path `-`: standard input
 * @throws StartError in one line when it cannot be read
 */
export async function readLog(path: string): Promise<ServerLog> {
  const input = path === '-' ? process.stdin : createReadStream(path);
  try {
    return await readLines(createInterface({ input, crlfDelay: Infinity }));
  } catch (error) {
    throw fileError('read', path === '-' ? 'standard input' : path, error);
  }
}

export async function readLines(lines: AsyncIterable<string> | Iterable<string>): Promise<ServerLog> {
  const runs: Run[] = [];
  const latest = new Map<number, Run>();
  let foreignLines = 0;
  for await (const text of lines) {
    const line = parseLine(text);
    if (line) runOf(line, runs, latest).add(line);
    else if (text.trim() !== '') foreignLines++;
  }
  // What a server says after its last word, or before it fails to start, is no run.
  return {
    runs: runs.filter(({ isListening, connections }) => isListening || connections.size > 0),
    foreignLines,
  };
}

/**
 * @param number from 1; undefined: the last one
 * @throws StartError in one line when there is no such run
 */
export function pickRun({ runs, foreignLines }: ServerLog, number: number | undefined): Run {
  if (runs.length === 0) {
    const hint =
      foreignLines > 0 ? ': none of its lines is one (has pino-pretty changed it?)' : ': it is empty';
    throw new StartError(`this is not the log of a server${hint}`);
  }
  const run = runs[(number ?? runs.length) - 1];
  if (run) return run;
  throw new StartError(
    `there is no run ${number ?? 0} in the log, only ${runs.length === 1 ? 'one' : `1 to ${runs.length}`}`,
  );
}

function runOf(line: LogLine, runs: Run[], latest: Map<number, Run>): Run {
  const run = latest.get(line.pid);
  if (run && !run.startsNextRun(line)) return run;
  const next = new Run(line.pid);
  latest.set(line.pid, next);
  runs.push(next);
  return next;
}

/** Every line of ours begins so; where a torn one has lost its end, the next one follows without a newline. */
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
