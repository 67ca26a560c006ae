/**
 * The clients of one worker: obeys main's orders, and reports what becomes of the clients. Worker.
 * protocol.ts has orders and reports; adopted-client.ts is one client.
 */
import { monotonicMs } from '../../base/clock.js';
import { describeThrown } from '../../base/thrown.js';
import { MainLoop } from '../../connection/main-loop.js';
import { OutputLimit } from '../../connection/output-limit.js';
import type { ServiceLog } from '../../log/log.js';
import { loopBlockedLine } from '../../serving/loop-blocked-line.js';
import { converse } from '../../services/conversation.js';
import { NewestCode } from '../../services/own/newest-code.js';
import type { AnyService } from '../../services/service.js';
import { AdoptedClient, type LoopSurroundings } from './adopted-client.js';
import { afterEvents, Outbox } from './batch.js';
import { PostponedTakes } from './postponed-takes.js';
import { Progress } from './progress.js';
import { RemoteSession } from './remote-session.js';
import type { Batch, LoopTask, Order, Report } from './protocol.js';

/**
 * How long main may keep its descriptor of a client that the worker has begun with, and how late it
 * may learn of an end: a message for each would cost as much as a short client.
 */
const MOST_UNTOLD_MS = 5;

export class AdoptedClients {
  readonly #task: LoopTask;
  readonly #service: AnyService;
  readonly #newest: NewestCode | undefined;
  readonly #log: ServiceLog;
  readonly #progress: Progress;
  readonly #outbox: Outbox<Report>;
  readonly #around: LoopSurroundings;
  readonly #clients = new Map<number, AdoptedClient>();
  readonly #postponed = new PostponedTakes((order) => this.#obey(order));

  constructor(task: LoopTask, service: AnyService, log: ServiceLog) {
    this.#task = task;
    this.#service = service;
    this.#log = log;
    const { module, newestVersion, loopLagMs, logsBlocks, idleMs, deadlines } = task;
    this.#newest = newestVersion && new NewestCode(module, newestVersion, service, log);
    this.#progress = new Progress(task.progress);
    this.#outbox = new Outbox(task.port, afterEvents);
    const loop =
      loopLagMs === undefined
        ? undefined
        : new MainLoop(loopLagMs, (block) => {
            if (logsBlocks) loopBlockedLine(log, block);
          });
    const limit = new OutputLimit(task.maxBufferBytes);
    this.#around = { idleMs, deadlines, limit, loop, log };
  }

  obey({ number, messages }: Batch<Order>): void {
    for (const order of messages) this.#obey(order);
    this.#progress.noteRead(number);
  }

  #obey(order: Order): void {
    if (this.#postponed.precede(order)) {
      this.#postponed.add(order);
      return;
    }
    switch (order.kind) {
      case 'take':
        this.#take(order);
        break;
      case 'deliver':
        for (const connection of order.connections) this.#deliver(connection, order.bytes);
        break;
      case 'answer':
        this.#clients.get(order.connection)?.remote?.answer(order);
        break;
      case 'shutdownRead':
        this.#clients.get(order.connection)?.connection.shutdownRead();
        break;
      case 'abort':
        this.#clients.get(order.connection)?.abort(order.reason);
        break;
      case 'describe':
        this.#describe(order.most);
        break;
      case 'load newest':
        void this.#newest?.get();
    }
  }

  #take(order: Extract<Order, { kind: 'take' }>): void {
    const { connection, from } = order;
    let client: AdoptedClient;
    try {
      const remote = this.#task.shares ? new RemoteSession(connection, this.#outbox) : undefined;
      client = new AdoptedClient(connection, from, remote, this.#around);
    } catch (error) {
      if (isShortage(error)) {
        this.#postponed.add(order);
        return;
      }
      this.#progress.noteBegun();
      this.#outbox.push({ kind: 'failed', connection, why: describeThrown(error).message });
      return;
    }
    this.#progress.noteBegun();
    this.#outbox.postWithin(MOST_UNTOLD_MS);
    client.connection.owner = { abort: (why) => this.#cut(client, why) };
    this.#clients.set(connection, client);
    void this.#serve(client);
  }

  async #serve(client: AdoptedClient): Promise<void> {
    const { id: connection } = client;
    const reason = await client.untilAborted(this.#converse(client));
    client.close();
    this.#clients.delete(connection);
    const ended = {
      kind: 'ended',
      connection,
      reason,
      endedAtMs: monotonicMs(),
      ...client.usage,
    } as const;
    // The others may be waiting for it to leave what they share.
    if (this.#task.shares) this.#outbox.push(ended);
    else this.#outbox.pushWithin(MOST_UNTOLD_MS, ended);
  }

  async #converse(client: AdoptedClient) {
    const code = this.#newest ? await this.#newest.get() : this.#service;
    const { options, log } = this.#task;
    return converse(code, client.connection, {
      options,
      log: this.#log,
      debug: log.level === 'debug',
      shared: client.remote?.session,
    });
  }

  #deliver(connection: number, bytes: Uint8Array): void {
    const client = this.#clients.get(connection);
    if (client?.connection.deliver(bytes) === 'slow') this.#cut(client, 'slow');
  }

  /** Main must know at once: the client leaves what the clients share. */
  #cut(client: AdoptedClient, why: 'slow'): void {
    client.abort(why);
    this.#outbox.push({ kind: 'slow', connection: client.id });
  }

  #describe(most: number): void {
    const all = [...this.#clients.values()];
    const clients = all.slice(0, most).map(({ state }) => state);
    const bytes = Float64Array.from(all.flatMap(({ bytes: passed }) => passed));
    this.#outbox.push({ kind: 'described', clients, bytes });
  }
}

function isShortage(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EMFILE' || code === 'ENFILE';
}
