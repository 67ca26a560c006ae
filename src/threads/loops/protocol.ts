/**
 * Everything that crosses between the main thread and a worker that serves many clients.
 *
 *     LoopTask     main to worker, once, when the worker starts
 *     Order        main to worker, gathered in batches: batch.ts
 *     Report       worker to main, gathered in batches
 *     progress     worker to main, two words of shared memory: progress.ts
 *
 * What a session is called with and answers is JSON text: a value that cannot be copied would
 * otherwise spoil the whole batch.
 */
import type { Socket } from 'node:net';
import type { MessagePort } from 'node:worker_threads';
import type { LossReason } from '../../connection/connection.js';
import type { Deadlines } from '../../connection/deadlines.js';
import type { EndReason } from '../../connection/end-reason.js';
import type { SharedLogSettings } from '../../log/log.js';
import type { ServiceOptions } from '../../services/service.js';

/** What main gives a worker once, when it starts. */
export interface LoopTask {
  /** Names the slot in the worker's messages. */
  readonly slot: number;
  readonly port: MessagePort;
  readonly progress: SharedArrayBuffer;
  /** The URL of the service's module. */
  readonly module: string;
  /** Number of the module's newest version, with `--watch`. */
  readonly newestVersion: SharedArrayBuffer | undefined;
  readonly options: ServiceOptions;
  /** Whether the clients share an object, which their handlers call. */
  readonly shares: boolean;
  readonly idleMs: number;
  readonly deadlines: Deadlines;
  /** Of the output that the worker's clients leave unread. */
  readonly maxBufferBytes: number;
  /** How long the worker's loop may not turn; undefined: no line and no snapshot shows times. */
  readonly loopLagMs: number | undefined;
  /** Whether a blocked loop gets a line. */
  readonly logsBlocks: boolean;
  readonly log: SharedLogSettings;
}

/** What main wants of a worker. A worker obeys in the order of the batch. */
export type Order =
  | {
      readonly kind: 'take';
      readonly connection: number;
      /** Main's descriptor, of which the worker makes a copy; or the socket itself, transferred. */
      readonly from: number | Socket;
    }
  | {
      readonly kind: 'deliver';
      readonly connections: readonly number[];
      readonly bytes: Uint8Array;
    }
  | {
      readonly kind: 'answer';
      readonly connection: number;
      readonly call: number;
      readonly outcome: string;
      /** How long the call waited until main took it, in ms. */
      readonly waitedMs: number;
    }
  | { readonly kind: 'shutdownRead'; readonly connection: number }
  | { readonly kind: 'abort'; readonly connection: number; readonly reason: LossReason }
  | { readonly kind: 'describe'; readonly most: number }
  | { readonly kind: 'load newest' };

/** What main needs to know of a worker's clients. */
export type Report =
  | ({
      readonly kind: 'ended';
      readonly connection: number;
      readonly reason: EndReason;
      /** By the monotonic clock, which all threads share. */
      readonly endedAtMs: number;
    } & Usage)
  | { readonly kind: 'failed'; readonly connection: number; readonly why: string }
  | { readonly kind: 'slow'; readonly connection: number }
  | {
      readonly kind: 'call';
      readonly connection: number;
      readonly call: number;
      readonly method: string;
      /** JSON of an array. */
      readonly args: string;
      /** By the monotonic clock, which all threads share. */
      readonly askedAtMs: number;
    }
  | {
      readonly kind: 'described';
      /** The first of its clients, as many as main has asked for. */
      readonly clients: readonly ClientState[];
      /** Of each client its connection, and the bytes in and out. */
      readonly bytes: Float64Array;
    };

/** What a client has used, as its `closed` line shows it. */
export interface Usage {
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** When its worker took it, by the monotonic clock. */
  readonly wokenAtMs: number;
  /** When its handler began. */
  readonly startedAtMs: number;
  readonly computedMs: number;
  readonly loopWaitMs: number;
}

/** What a client does at the moment, for a snapshot. */
export interface ClientState extends Usage {
  readonly connection: number;
  readonly state: 'recv' | 'send' | 'call' | 'await';
}

/** A batch has a number, by which its worker says how far it has read. */
export interface Batch<Message> {
  readonly number: number;
  readonly messages: readonly Message[];
}
