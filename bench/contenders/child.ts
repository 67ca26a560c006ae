/**
 * A server in a process of its own: started, awaited until it listens, stopped.
 *
 * The output of a running server is read and thrown away, because a full pipe would block it. No child outlives this
 * process: see bench/lib/cleanup.ts.
 * Read next: peers.ts and models.ts, which know what to start.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { endWithThisProcess } from '../lib/cleanup.js';
import type { RunningServer } from './models.js';

export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** the port, if this line of output tells it */
  readonly portIn: (line: string) => number | undefined;
  /** where the lines go, if not to stdout */
  readonly logFile?: string | undefined;
}

/** A thousand client threads may have to be warmed first. */
const READY_WITHIN_MS = 120_000;
const KILL_AFTER_MS = 10_000;
const POLL_EVERY_MS = 20;
const STDERR_KEPT_CHARS = 4_000;

/** Starts the program and resolves when it listens; rejects, with its stderr, if it ends or takes too long. */
export async function launch(program: Program, readyWithinMs = READY_WITHIN_MS): Promise<RunningServer> {
  const { name, command, args, portIn, logFile } = program;
  // A log file is appended to: what an earlier server wrote must not be taken for this one's port.
  const logStartBytes = logFile === undefined ? 0 : (statSync(logFile, { throwIfNoEntry: false })?.size ?? 0);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = endOf(child);
  endWithThisProcess(child);
  const stderr = tailOf(child.stderr);
  const waiting = new AbortController();
  try {
    if (logFile !== undefined) child.stdout.resume();
    const port = await Promise.race([
      logFile === undefined
        ? portOnStream(child.stdout, portIn)
        : portInFile(logFile, logStartBytes, portIn, waiting.signal),
      ended.then((how) => Promise.reject(new Error(`it ended first (${how})`))),
      lateAfter(readyWithinMs, waiting.signal),
    ]);
    if (child.pid === undefined) throw new Error('it has no process');
    let stopping: Promise<void> | undefined;
    let end: string | undefined;
    void ended.then((how) => (end = how));
    return {
      ...{ name, pid: child.pid, port },
      howEnded: () => end,
      stop: () => (stopping ??= stop(child, ended)),
    };
  } catch (cause) {
    child.kill('SIGKILL');
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${name} did not listen: ${why}\n${stderr()}`.trimEnd(), { cause });
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

/** How the child ended, once it has and its output has been read; also when it could not be started at all. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${String(code)}`));
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
    await delay(POLL_EVERY_MS, undefined, { signal });
  }
}

async function lateAfter(ms: number, signal: AbortSignal): Promise<never> {
  await delay(ms, undefined, { signal });
  throw new Error(`it took more than ${ms / 1_000} s`);
}
