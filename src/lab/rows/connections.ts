/**
 * Where the connections of a row's server are, from its log and its snapshots. The log says at once
 * what happens to a connection; the snapshots add which thread serves it. The lab's main thread.
 *
 * A client of the lab knows its own port, and the server's lines name it as the peer.
 */
import type { BriefSnapshot } from '../../admin/snapshot.js';
import type { Stage } from '../protocol.js';

export interface Tracked {
  readonly connection: number;
  stage: Extract<Stage, 'main' | 'queue' | 'thread'>;
  /** 0: main, or not known yet. */
  thread: number;
}

/** The fields of the lines that count here. */
interface LogLine {
  readonly msg: string;
  readonly connection?: number;
  readonly peer?: string;
}

export class Connections {
  readonly #byPort = new Map<number, Tracked>();
  readonly #byConnection = new Map<number, { readonly port: number; readonly tracked: Tracked }>();

  of(port: number | undefined): Tracked | undefined {
    return port === undefined ? undefined : this.#byPort.get(port);
  }

  portOf(connection: number): number | undefined {
    return this.#byConnection.get(connection)?.port;
  }

  onLine({ msg, connection, peer }: LogLine): void {
    if (connection === undefined) return;
    if (msg === 'accepted') this.#add(connection, portIn(peer));
    else if (msg === 'queued') this.#move(connection, 'queue', 0);
    else if (msg === 'closed') this.#remove(connection);
  }

  onSnapshot({ clients, queue }: Pick<BriefSnapshot, 'clients' | 'queue'>): void {
    for (const { connection, thread = 0 } of clients.first)
      this.#move(connection, thread > 0 ? 'thread' : 'main', thread);
    for (const { connection } of queue.first) this.#move(connection, 'queue', 0);
  }

  clear(): void {
    this.#byPort.clear();
    this.#byConnection.clear();
  }

  #add(connection: number, port: number): void {
    const tracked: Tracked = { connection, stage: 'main', thread: 0 };
    this.#byPort.set(port, tracked);
    this.#byConnection.set(connection, { port, tracked });
  }

  #move(connection: number, stage: Tracked['stage'], thread: number): void {
    const known = this.#byConnection.get(connection);
    if (!known) return;
    known.tracked.stage = stage;
    known.tracked.thread = thread;
  }

  #remove(connection: number): void {
    const known = this.#byConnection.get(connection);
    if (!known) return;
    this.#byConnection.delete(connection);
    // The port may be another connection's by now.
    if (this.#byPort.get(known.port) === known.tracked) this.#byPort.delete(known.port);
  }
}

function portIn(peer = ''): number {
  return Number(peer.slice(peer.lastIndexOf(':') + 1));
}
