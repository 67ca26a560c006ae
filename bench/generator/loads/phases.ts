/**
 * The phases of a job with load, the same for every kind of load: open, warm-up, measured window, drain.
 *
 * Runs in the generator's process, whose only thread a job keeps until it ends; every phase is bounded by time. The
 * loads are closed-loop.ts, open-loop.ts and fan-out.ts; how connections come up is told in opening.ts.
 */
import { NS_PER_MS, nowNs } from '../../lib/clock.js';
import type { LoadJob } from '../protocol/jobs.js';
import type { Usage } from '../protocol/answers.js';
import { measureUsage } from './window.js';

/** An answer that has not come so long after the window is an error. */
export const ANSWER_LIMIT_MS = 2000;
const LONGEST_POLL_MS = 10;

export type Phase = 'open' | 'warm-up' | 'measure' | 'drain';

export interface Load {
  /** Connects all clients, each of which asks or joins once. */
  open(): void;
  /** Ends the phase before. What happens from now on belongs to this one. */
  enter(phase: Exclude<Phase, 'open'>): void;
  /** Keeps the clients busy for so long: once for the warm-up, once for the window. */
  loadFor(durationNs: number): void;
  /** Waits for what is under way, lets nothing begin, and counts what is missing in the end. */
  drain(): void;
  close(): void;
}

type Times = Pick<LoadJob, 'warmUpMs' | 'durationMs' | 'serverPid'>;

/** Takes the load through all phases, and closes it whatever happens. */
export function runLoad(load: Load, { warmUpMs, durationMs, serverPid }: Times): Usage {
  try {
    load.open();
    load.enter('warm-up');
    load.loadFor(warmUpMs * NS_PER_MS);
    const usage = measureUsage(serverPid, () => {
      load.enter('measure');
      load.loadFor(durationMs * NS_PER_MS);
      load.enter('drain');
    });
    load.drain();
    return usage;
  } finally {
    load.close();
  }
}

/** Whatever handles what has happened on its connections, waiting for it at most so long. */
export interface Pollable {
  poll(timeoutMs: number): void;
}

/** Handles what happens, until the time is over or the work done. */
export function pollFor(connections: Pollable, durationNs: number, isDone?: () => boolean): void {
  const endNs = nowNs() + durationNs;
  for (let now = nowNs(); now < endNs && isDone?.() !== true; now = nowNs()) {
    connections.poll(Math.min(LONGEST_POLL_MS, Math.ceil((endNs - now) / NS_PER_MS)));
  }
}
