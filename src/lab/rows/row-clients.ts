/**
 * The clients of a row: those that are present, those that come when the server is up, and those
 * that have ended a moment ago. The lab's main thread. ../clients/client.ts is one of them.
 *
 *     add ──► early ──────► present ──► leaving     early: the server is not up yet
 *                members ─────┘                     members: come back after each restart
 */
import { LabClient } from '../clients/client.js';
import { scriptOf } from '../clients/script.js';
import type { Kind, RowView } from '../protocol.js';

export interface Member {
  readonly id: number;
  readonly kind: Kind;
}

interface RowClientsSettings {
  readonly thinkMs: () => number;
  readonly onAnswer: (latencyMs: number) => void;
  readonly onChange: () => void;
}

/** How long a client stays in the picture after its end, in ms. */
const SHOWN_AFTER_END_MS = 1200;
const NONE_ENDED: RowView['ended'] = { done: 0, refused: 0, lost: 0 };

export class RowClients {
  readonly #settings: RowClientsSettings;
  readonly #present = new Map<number, LabClient>();
  readonly #leaving = new Map<number, LabClient>();
  #members: Member[] = [];
  #early: Member[] = [];
  #ended = NONE_ENDED;

  constructor(settings: RowClientsSettings) {
    this.#settings = settings;
  }

  /** Those that are present, and those that come when the server is up. */
  get count(): number {
    const coming = [...this.#members, ...this.#early].filter(({ id }) => !this.#present.has(id));
    return this.#present.size + coming.length;
  }

  /** How the clients that were not dismissed have ended. */
  get ended(): RowView['ended'] {
    return this.#ended;
  }

  get present(): readonly LabClient[] {
    return [...this.#present.values()];
  }

  /** Those in the picture. */
  get shown(): readonly LabClient[] {
    return [...this.#present.values(), ...this.#leaving.values()];
  }

  /** The waits that are not over, of clients that others may delay. */
  waitsMs(nowMs: number): readonly number[] {
    const waiting = this.present.filter((client) => client.isDelayed);
    return waiting.map((client) => Math.max(0, nowMs - client.waitsSinceMs));
  }

  /** The longest of them; 0: there is none. */
  longestWaitMs(nowMs: number): number {
    return Math.max(0, ...this.waitsMs(nowMs));
  }

  /** @param port of the server; undefined: it is not up yet */
  add(member: Member, port: number | undefined): void {
    if (comesBack(member)) this.#members.push(member);
    else if (port === undefined) this.#early.push(member);
    if (port !== undefined) this.#connect(member, port);
  }

  /** The server is up: those that have waited for it, and those that come back, connect. */
  connectAll(port: number): void {
    for (const member of [...this.#members, ...this.#early.splice(0)]) this.#connect(member, port);
  }

  /** All clients that would stay leave; the others have their answers first. */
  release(): void {
    this.#members = [];
    for (const client of this.present)
      if (scriptOf(client.kind, client.id).stays) this.#dismiss(client, 'in order');
  }

  /** All clients leave. */
  clear(): void {
    this.#members = [];
    this.#early = [];
    for (const client of this.present) this.#dismiss(client, 'in order');
    this.#ended = NONE_ENDED;
  }

  /** Ends all connections before a stop of the server. The members come back. */
  disconnect(): void {
    for (const client of this.present) this.#dismiss(client, 'at once');
  }

  /** The server is dead. Most sockets see that by themselves, but not those that read nothing. */
  abandon(): void {
    for (const client of this.present) client.abandon();
  }

  #connect({ id, kind }: Member, port: number): void {
    const { thinkMs, onAnswer, onChange } = this.#settings;
    const onEnd = (client: LabClient) => this.#onEnd(client);
    const client = new LabClient({ id, kind, port, thinkMs, onAnswer, onChange, onEnd });
    this.#present.set(id, client);
    onChange();
  }

  /** It leaves the picture now, whenever the server closes its connection. */
  #dismiss(client: LabClient, how: 'in order' | 'at once'): void {
    client.dismiss(how);
    this.#remove(client);
  }

  #onEnd(client: LabClient): void {
    if (client.isDismissed) return;
    const ending = client.ending ?? 'lost';
    this.#ended = { ...this.#ended, [ending]: this.#ended[ending] + 1 };
    this.#remove(client);
  }

  #remove(client: LabClient): void {
    // After a restart, the client of the same number is another one.
    if (this.#present.get(client.id) === client) this.#present.delete(client.id);
    this.#leaving.set(client.id, client);
    setTimeout(() => {
      if (this.#leaving.get(client.id) === client) this.#leaving.delete(client.id);
      this.#settings.onChange();
    }, SHOWN_AFTER_END_MS).unref();
    this.#settings.onChange();
  }
}

/** Of the clients that stay, the killer alone does not: each restart would end the server again. */
export function comesBack({ id, kind }: Member): boolean {
  return scriptOf(kind, id).stays && kind !== 'killer';
}
