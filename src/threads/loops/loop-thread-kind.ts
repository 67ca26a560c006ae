/**
 * The workers of worker-event-loops: what each gets when it starts. Main thread. ../thread-pool.ts
 * starts them; workers/serve-clients.ts is what they run.
 */
import { MessageChannel } from 'node:worker_threads';
import type { Host } from '../../serving/host.js';
import type { AddedThread, ThreadKind } from '../thread-pool.js';
import { LoopSlot } from './loop-slot.js';
import type { LoopTask, Report } from './protocol.js';

type OnReports = (slot: LoopSlot, reports: readonly Report[]) => void;

export class LoopThreadKind implements ThreadKind<LoopSlot> {
  readonly program = 'serve-clients.js';
  /** As the main thread has them: a worker has as much to do as main has under event-loop. */
  readonly limits = { stackSizeMb: 4, maxYoungGenerationSizeMb: 48 };
  readonly #host: Host;
  readonly #onReports: OnReports;

  constructor(host: Host, onReports: OnReports) {
    this.#host = host;
    this.#onReports = onReports;
  }

  add(index: number): AddedThread<LoopSlot> {
    const host = this.#host;
    const { port1, port2 } = new MessageChannel();
    const slot = new LoopSlot(index, port1, (reports) => this.#onReports(slot, reports));
    const task: LoopTask = {
      slot: index,
      port: port2,
      progress: slot.progress.buffer,
      module: host.service.module,
      newestVersion: host.code.newestVersion,
      options: host.serviceOptions,
      shares: host.shared !== undefined,
      idleMs: host.idleMs,
      deadlines: host.deadlines,
      maxBufferBytes: Math.floor(host.outputLimit.mostBytes / host.threads.most),
      loopLagMs: host.loop?.lagMs,
      logsBlocks: host.clientLog.isLevelEnabled('info'),
      log: host.logSettings,
    };
    return { slot, task, transfer: [port2] };
  }

  /** What the worker has reported before it died still counts. */
  remove(slot: LoopSlot): void {
    this.#onReports(slot, slot.takeLastReports());
    slot.retire();
  }

  close(): void {
    return undefined;
  }
}
