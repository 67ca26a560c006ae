/**
 * The threads of thread-per-client: what each gets when it starts, and the doorbell that they share.
 * Main thread. thread-pool.ts starts them; workers/serve-client.ts is what they run.
 */
import { MessageChannel } from 'node:worker_threads';
import type { HandOffWay, Host } from '../serving/host.js';
import { threadsAccept } from '../serving/hand-off.js';
import { Doorbell } from './doorbell.js';
import type { ThreadTask } from './protocol.js';
import type { AddedThread, ThreadKind } from './thread-pool.js';
import { WorkerSlot } from './worker-slot.js';

/** Of a thread that serves one client at a time. */
export const CLIENT_THREAD_LIMITS = { stackSizeMb: 1, maxYoungGenerationSizeMb: 2 } as const;

export class ClientThreadKind implements ThreadKind<WorkerSlot> {
  readonly program = 'serve-client.js';
  /** Small, since there are many threads, and each serves one client at a time. */
  readonly limits = CLIENT_THREAD_LIMITS;
  readonly #host: Host;
  readonly #handOff: HandOffWay;
  /** Counted by the threads, where they accept. */
  readonly #lastConnection: SharedArrayBuffer | undefined;
  readonly #doorbell: Doorbell<WorkerSlot>;

  /** @param onRung the slot's thread has settled, or waits for a call to be answered */
  constructor(host: Host, onRung: (slot: WorkerSlot) => void) {
    this.#host = host;
    this.#handOff = host.threads.handOff ?? 'lend';
    if (threadsAccept(this.#handOff)) this.#lastConnection = new SharedArrayBuffer(4);
    this.#doorbell = new Doorbell(host.threads.most, onRung);
  }

  add(index: number, isWarm: boolean): AddedThread<WorkerSlot> {
    const host = this.#host;
    const channel = this.#handOff === 'transfer' ? new MessageChannel() : undefined;
    const slot = new WorkerSlot(index, host.shared !== undefined, channel?.port1);
    const task: ThreadTask = {
      slot: index,
      mailbox: slot.mailbox.buffer,
      doorbell: this.#doorbell.add(slot),
      handOff: this.#handOff,
      sockets: channel?.port2,
      lastConnection: this.#lastConnection,
      calls: slot.calls?.buffer,
      module: host.service.module,
      newestVersion: host.code.newestVersion,
      options: host.serviceOptions,
      warm: isWarm,
      limits: { idleMs: host.idleMs, ...host.deadlines },
      measuresTimes: host.showsTimes,
      log: host.logSettings,
    };
    return { slot, task, transfer: channel ? [channel.port2] : [] };
  }

  remove(slot: WorkerSlot): void {
    this.#doorbell.remove(slot);
    // Closes what is still on its way.
    slot.sockets?.close();
  }

  close(): void {
    this.#doorbell.close();
  }
}
