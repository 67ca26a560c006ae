/**
 * A server under test as a child process of the runner: start it, wait until it listens, stop it.
 *
 * The runner reads and discards the output of a running server, because a full pipe would block it.
 * No child outlives the runner, see bench/lib/cleanup.ts. Read next: models.ts and peers.ts, which
 * know what to start.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { startChild } from '../lib/cleanup.js';
import type { RunningServer } from './contender.js';

export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Returns the port if the line of output contains it. */
  readonly portIn: (line: string) => number | undefined;
  /** The file that the program logs to; default: stdout. */
  readonly logFile?: string | undefined;
}

/** Limit for a server to listen. It may have to start a thousand client threads first. */
const READY_LIMIT_MS = 120_000;
export const KILL_AFTER_MS = 10_000;
export const POLL_INTERVAL_MS = 20;
const STDERR_KEPT_CHARS = 4_000;

/**
 * Starts the program and resolves when it listens.
 * Rejects if the program ends first or exceeds the limit; the error has the end of its stderr.
 */
export async function launch(
  program: Program,
  readyLimitMs = READY_LIMIT_MS,
): Promise<RunningServer> {
  const { name, command, args, portIn, logFile } = program;
  // Servers append to their log file: the port of an earlier server must not count.
  const logStartBytes =
    logFile === undefined ? 0 : (statSync(logFile, { throwIfNoEntry: false })?.size ?? 0);
  const child = startChild(() => spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
  const ended = exitReasonOf(child);
  const stderr = tailOf(child.stderr);
  const waiting = new AbortController();
  try {
    if (logFile !== undefined) child.stdout.resume();
    const port = await Promise.race([
      logFile === undefined
        ? portOnStream(child.stdout, portIn)
        : portInFile(logFile, logStartBytes, portIn, waiting.signal),
      ended.then((reason) => Promise.reject(new Error(`it ended first (${reason})`))),
      rejectAfter(readyLimitMs, waiting.signal),
    ]);
    if (child.pid === undefined) throw new Error('it has no process');
    let stopping: Promise<void> | undefined;
    let exitReason: string | undefined;
    void ended.then((reason) => (exitReason = reason));
    return {
      ...{ name, pid: child.pid, port },
      exitReason: () => exitReason,
      stop: () => (stopping ??= stop(child, ended)),
    };
  } catch (cause) {
    child.kill('SIGKILL');
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${name} did not listen: ${reason}\n${stderr()}`.trimEnd(), { cause });
  } finally {
    waiting.abort();
  }
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  await ended;
  clearTimeout(force);
}

/**
 * Resolves when the child has ended, or when it could not start.
 * @param event default: also its output is read, which its own children may hold open
 */
export function exitReasonOf(
  child: ChildProcess,
  event: 'close' | 'exit' = 'close',
): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once(event, (code: number | null, signal: string | null) =>
      resolve(signal ?? `exit code ${String(code)}`),
    );
  });
}

function tailOf(stream: Readable): () => string {
  let tail = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-STDERR_KEPT_CHARS);
  });
  return () => tail;
}

function portOnStream(stream: Readable, portIn: Program['portIn']): Promise<number> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: stream });
    lines.on('line', (line) => {
      const port = portIn(line);
      if (port === undefined) return;
      resolve(port);
      lines.close();
      stream.resume();
    });
  });
}

async function portInFile(
  path: string,
  startBytes: number,
  portIn: Program['portIn'],
  signal: AbortSignal,
): Promise<number> {
  for (;;) {
    const written = await readFile(path).catch(() => Buffer.alloc(0));
    for (const line of written.subarray(startBytes).toString().split('\n')) {
      const port = portIn(line);
      if (port !== undefined) return port;
    }
    await delay(POLL_INTERVAL_MS, undefined, { signal });
  }
}

async function rejectAfter(ms: number, signal: AbortSignal): Promise<never> {
  await delay(ms, undefined, { signal });
  throw new Error(`it took more than ${ms / 1_000} s`);
}
