/**
 * The program as users run it: `handoff …` in a separate process, its standard output read as the
 * log. It ends with the test that started it.
 */
import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ListenAddress } from '../../src/serving/listen-address.js';
import { environment } from './environment.js';
import { LogLines } from './log-lines.js';
import type { Cleanup } from './server.js';

export const CLI = fileURLToPath(new URL('../../src/cli.js', import.meta.url));

/** The path of a service among the fixtures. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}.js`, import.meta.url));
}

interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The program, if it is another copy than the one that was built. */
  readonly cli?: string;
  /** The largest number of descriptors of the process. */
  readonly descriptors?: number;
  /** The words of bash in front of the program, such as `exec setpriv --reuid=54321`. */
  readonly under?: string;
}

export interface Exit {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Outcome extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

interface Streams {
  /** Standard input; empty by default. */
  readonly input?: string;
  /** Keeps standard input open without sending anything. */
  readonly keepInputOpen?: boolean;
  /** Closes standard output after its first bytes. */
  readonly closeOutput?: boolean;
}

/** Runs a command to its end. */
export function runHandoff(
  t: Cleanup,
  args: readonly string[],
  options: Surroundings & Streams = {},
): Promise<Outcome> {
  return watchHandoff(t, args, options).outcome;
}

/** Runs a command and returns its process before the end. */
export function watchHandoff(
  t: Cleanup,
  args: readonly string[],
  {
    input,
    keepInputOpen = false,
    closeOutput = false,
    ...surroundings
  }: Surroundings & Streams = {},
): { child: ChildProcessWithoutNullStreams; outcome: Promise<Outcome> } {
  const child = spawnNode([CLI, ...args], surroundings);
  killAfter(t, child);
  child.stdin.on('error', () => undefined);
  if (input !== undefined) child.stdin.write(input);
  if (!keepInputOpen) child.stdin.end();
  if (closeOutput) child.stdout.once('data', () => child.stdout.destroy());
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text));
  }
  return { child, outcome: exitOf(child).then((exit) => ({ ...exit, ...output })) };
}

/** A server that is listening. */
export class ServerProcess {
  readonly pid: number;
  readonly log: LogLines;
  readonly address: ListenAddress;
  readonly exit: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #stderr: string[];

  constructor(child: ChildProcess, log: LogLines, exit: Promise<Exit>, stderr: string[]) {
    this.#child = child;
    this.#stderr = stderr;
    this.log = log;
    this.exit = exit;
    const listening = log.one('listening');
    this.pid = listening.pid;
    const { address, port, path } = listening as unknown as {
      address: string;
      port: number;
      path?: string;
    };
    this.address = path === undefined ? { host: address, port } : { path };
  }

  get stderr(): string {
    return this.#stderr.join('');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Stops the server in order and waits for the end of the process and of its log. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.signal(signal);
    const exit = await this.exit;
    await this.log.end();
    return exit;
  }

  /** Whether its main thread waits for something. */
  get isAsleep(): boolean {
    return /^\d+ \(.*\) S/.test(readFileSync(`/proc/${this.pid}/stat`, 'utf8'));
  }

  /** Whether one of its threads waits for room in a pipe. */
  get isBlockedInWrite(): boolean {
    return readdirSync(`/proc/${this.pid}/task`).some((tid) =>
      /pipe_write/.test(readFileSync(`/proc/${this.pid}/task/${tid}/wchan`, 'utf8')),
    );
  }

  get descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  get threads(): number {
    return this.#status('Threads');
  }

  get residentKb(): number {
    return this.#status('VmRSS');
  }

  #status(field: string): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  }
}

/** Starts `handoff serve …` on a free port, or where `args` say, and waits until it listens. */
export async function startHandoff(
  t: Cleanup,
  args: readonly string[],
  surroundings: Surroundings = {},
): Promise<ServerProcess> {
  const isTold =
    args.some((arg) => /^--(socket|port)\b/.test(arg)) || surroundings.env?.['HANDOFF_SOCKET'];
  const where = isTold ? [] : ['--port', '0'];
  const child = spawnNode([surroundings.cli ?? CLI, 'serve', ...args, ...where], surroundings);
  killAfter(t, child);
  child.stdin.end();
  const stderr: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
  const exit = exitOf(child);
  const log = new LogLines(child.stdout);
  await log.next('listening').catch((error: unknown) => {
    throw new Error(`the server did not start: ${stderr.join('')}`, { cause: error });
  });
  return new ServerProcess(child, log, exit, stderr);
}

export function spawnNode(
  args: readonly string[],
  { env, cwd, descriptors, under = 'exec' }: Surroundings = {},
) {
  const options = { env: environment(env), cwd };
  if (descriptors === undefined && under === 'exec') return spawn(process.execPath, args, options);
  const limit = descriptors === undefined ? '' : `ulimit -n ${descriptors}; `;
  return spawn('bash', ['-c', `${limit}${under} "$@"`, 'bash', process.execPath, ...args], options);
}

/** Kills a child at the end of the test, whatever its outcome. */
export function killAfter(t: Cleanup, child: ChildProcess): void {
  t.after(() => void child.kill('SIGKILL'));
}

export async function exitOf(child: ChildProcess): Promise<Exit> {
  const [status, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { status, signal };
}

/** A directory that is removed after the test. */
export function temporaryDirectory(t: Cleanup): string {
  const path = mkdtempSync(join(tmpdir(), 'handoff-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
