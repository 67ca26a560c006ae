/**
 * The load generator's peer: the same closed loop of echoes in C, so that the generator itself can be measured.
 *
 * Runs in the process of whoever measures; each run is a process of its own, as the source, bench/peers/load-epoll.c, says.
 * Both generators' results have the same fields, so they are compared as two servers are: in turns, by ratios.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { LoadJob } from '../generator/protocol/jobs.js';
import { endWithThisProcess } from '../lib/cleanup.js';
import { compiled } from './compiled.js';
import type { LoadResult } from '../generator/protocol/answers.js';

type PeerOptions = Pick<LoadJob, 'port' | 'clients' | 'warmUpMs' | 'durationMs'>;

/** As in {@link LoadResult}. */
interface PeerResult extends Pick<LoadResult, 'requests' | 'seconds' | 'generatorCpuShare'> {
  readonly p50Ns: number;
  readonly p99Ns: number;
}

interface GeneratorPeer {
  /** Echoes of 64 bytes. Rejects if the server refuses, closes, or answers wrongly or not at all. */
  run(options: PeerOptions): Promise<PeerResult>;
}

interface Printed {
  readonly requests: number;
  readonly seconds: number;
  readonly userMs: number;
  readonly systemMs: number;
  readonly p50Ns: number;
  readonly p99Ns: number;
}

/** For connects, and for the last answer. */
const SPARE_MS = 10_000;

/** Compiles it if need be; says what is missing if it cannot. */
export function generatorPeer(): GeneratorPeer | { readonly missing: string } {
  const command = compiled('load-epoll.c');
  if ('missing' in command) return command;
  const [file] = command.argv;
  return {
    run: async ({ port, clients, warmUpMs, durationMs }) => {
      const numbers = [port, clients, warmUpMs, durationMs].map(String);
      const running = promisify(execFile)(file, numbers, {
        timeout: warmUpMs + durationMs + SPARE_MS,
        killSignal: 'SIGKILL',
      });
      endWithThisProcess(running.child);
      const { stdout } = await running;
      const { requests, seconds, userMs, systemMs, p50Ns, p99Ns } = JSON.parse(stdout) as Printed;
      return { requests, seconds, generatorCpuShare: (userMs + systemMs) / 1e3 / seconds, p50Ns, p99Ns };
    },
  };
}
