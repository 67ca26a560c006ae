/**
 * The `heartbeat` line: what a running server does, every `--heartbeat` seconds. Main thread.
 * Sampling stops with it. vitals.ts has the counts.
 */
import { toMicroseconds } from '../base/clock.js';
import type { MaybePromise } from '../connection/connection.js';
import type { Logger } from '../log/log.js';
import { LoopDelayMeter } from './loop-delay.js';
import type { Vitals } from './vitals.js';

const BYTES_IN_MB = 1024 * 1024;

export class Heartbeat {
  readonly #delay = new LoopDelayMeter();
  readonly #timer: NodeJS.Timeout;
  #isClosed = false;

  constructor(everyMs: number, vitals: () => MaybePromise<Vitals>, log: Pick<Logger, 'info'>) {
    this.#timer = setInterval(() => void this.#beat(vitals, log), everyMs).unref();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#delay.close();
  }

  async #beat(vitals: () => MaybePromise<Vitals>, log: Pick<Logger, 'info'>): Promise<void> {
    const { serving, waiting, accepted, refused, bytesIn, bytesOut, threads } = await vitals();
    if (this.#isClosed) return;
    const lagMs = toMicroseconds(this.#delay.takeLagMs());
    const rssMb = Math.round(process.memoryUsage.rss() / BYTES_IN_MB);
    log.info(
      {
        ...{ connections: serving, waiting, threads: threads?.states },
        ...{ accepted, refused, bytesIn, bytesOut, lagMs, rssMb },
      },
      'heartbeat',
    );
  }
}
