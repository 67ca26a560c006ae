/**
 * What a check's clients did and saw, in the order of time: the evidence for its result. Main
 * thread of `handoff check`. Read stream-client.ts next, which writes it; report/transcript.ts
 * prints it.
 */

/**
 * `ended` and `was reset` are what the server did to a connection; `half-closed`, `closed` and
 * `reset` are what the client did, as `paused`, when it did nothing on purpose. `waited` is time in
 * which nothing came that should have.
 */
type EventKind =
  | 'connected'
  | 'sent'
  | 'received'
  | 'half-closed'
  | 'closed'
  | 'reset'
  | 'ended'
  | 'was reset'
  | 'paused'
  | 'waited'
  | 'server stopped'
  | 'server started';

export interface TranscriptEvent {
  /** Since the first event. */
  readonly atMs: number;
  /** `A`, `B`, …; empty for an event of the server's process. */
  readonly client: string;
  readonly kind: EventKind;
  /** What was sent or received; empty for other events. */
  readonly bytes: Buffer;
  /** What remains to be said, such as for how long a client waited. */
  readonly note: string;
}

/** A place in what a client received. */
export interface Mark {
  readonly client: string;
  /** Number of bytes that this client received before the wrong one. */
  readonly offset: number;
}

export class Transcript {
  readonly events: TranscriptEvent[] = [];
  #startMs: number | undefined;

  add(client: string, kind: EventKind, bytes: Buffer = Buffer.alloc(0), note = ''): void {
    const nowMs = performance.now();
    this.#startMs ??= nowMs;
    this.events.push({ atMs: nowMs - this.#startMs, client, kind, bytes, note });
  }
}
