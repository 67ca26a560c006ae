/**
 * The reference load generator: the same closed loops in C, of echoes and of short connections.
 *
 * Runs in the runner. Each load runs bench/peers/load-epoll.c as a process of its own. The results
 * of both generators have the same fields, so the bench compares them like two servers.
 */
import { execFile, type ExecFileOptions } from 'node:child_process';
import type { LoadJob } from '../generator/protocol/jobs.js';
import type { LoadResult } from '../generator/protocol/results.js';
import { startChild } from '../lib/cleanup.js';
import { compile } from './compile.js';

interface PeerOptions extends Pick<LoadJob, 'port' | 'clients' | 'warmUpMs' | 'durationMs'> {
  /** As in {@link LoadJob}. */
  readonly pattern: 'echo' | 'churn';
}

/** What load-epoll.c prints, except for the CPU times. */
interface PeerRates {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ns: number;
  readonly p99Ns: number;
}

type PeerResult = PeerRates & Pick<LoadResult, 'generatorCpuShare'>;

export interface GeneratorPeer {
  /**
   * Sends echoes of 64 bytes; in `churn`, each over a connection of its own. Rejects if the server refuses, closes, or sends no or a wrong answer.
   */
  run(options: PeerOptions): Promise<PeerResult>;
}

/** Time for the connects and for the last answer. */
const SPARE_MS = 10_000;

/**
 * Compiles the generator if necessary. Returns what is missing on a machine that cannot compile it.
 */
export function generatorPeer(): GeneratorPeer | { readonly missing: string } {
  const command = compile('load-epoll.c');
  if ('missing' in command) return command;
  const [file] = command.argv;
  return {
    run: async ({ port, clients, warmUpMs, durationMs, pattern }) => {
      const args = [port, clients, warmUpMs, durationMs, pattern].map(String);
      const timeout = warmUpMs + durationMs + SPARE_MS;
      const stdout = await outputOf(file, args, { timeout, killSignal: 'SIGKILL' });
      const { userMs, systemMs, ...rates } = JSON.parse(stdout) as PeerRates & {
        readonly userMs: number;
        readonly systemMs: number;
      };
      return { ...rates, generatorCpuShare: (userMs + systemMs) / 1e3 / rates.seconds };
    },
  };
}

/** Rejects if the program fails; the error has its stderr. */
function outputOf(
  file: string,
  args: readonly string[],
  options: ExecFileOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    startChild(() =>
      execFile(file, args, { ...options, encoding: 'utf8' }, (error, stdout) => {
        if (error === null) resolve(stdout);
        else reject(new Error(error.message, { cause: error }));
      }),
    );
  });
}
