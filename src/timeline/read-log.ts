/**
 * Reads a log and splits it into runs. A log file is appended to. So it can hold several runs, of one
 * server after the other or of two at once; foreign lines; and the torn last line of a killed server.
 * Main thread.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileError } from '../base/part-file.js';
import { StartError } from '../base/errors.js';
import { Run, type LogLine } from './run.js';

interface ServerLog {
  /** In order of start. */
  readonly runs: readonly Run[];
  /** Number of lines that are not a server's, without empty ones. */
  readonly foreignLines: number;
}

/**
 * Reads a log file.
 * @param path `-`: standard input
 * @throws FileError with a one-line message if the file is unreadable
 */
export async function readLog(path: string): Promise<ServerLog> {
  const input = path === '-' ? process.stdin : createReadStream(path);
  try {
    return await readLines(createInterface({ input, crlfDelay: Infinity }));
  } catch (error) {
    throw fileError('read', path === '-' ? 'standard input' : path, error);
  }
}

/** Reads the lines of a log. */
export async function readLines(lines: AsyncIterable<string> | Iterable<string>): Promise<ServerLog> {
  const runs: Run[] = [];
  const latest = new Map<number, Run>();
  let foreignLines = 0;
  for await (const text of lines) {
    const line = parseLine(text);
    if (line) runOf(line, runs, latest).add(line);
    else if (text.trim() !== '') foreignLines++;
  }
  // Lines after a server's last one, or of a server that failed to start, are no run.
  return { runs: runs.filter(({ listens, connections }) => listens || connections.size > 0), foreignLines };
}

/**
 * Returns one run of a log.
 * @param number from 1; undefined: the last run
 * @throws StartError with a one-line message if the log has no such run
 */
export function pickRun({ runs, foreignLines }: ServerLog, number: number | undefined): Run {
  if (runs.length === 0) {
    const hint =
      foreignLines > 0 ? ': no line is a JSON log line (was it piped through pino-pretty?)' : ': it is empty';
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

/** Every log line begins with this. A torn line has no newline, so the next one follows in the same line. */
const OPENING = '{"level":';

function parseLine(text: string): LogLine | undefined {
  const whole = parsed(text);
  if (whole) return whole;
  const last = text.lastIndexOf(OPENING);
  return last > 0 ? parsed(text.slice(last)) : undefined;
}

function parsed(text: string): LogLine | undefined {
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
