/**
 * What a model is: one way to serve accepted connections. Each has a file that can be read from top to bottom;
 * models/iterative.ts is the shortest. models/registry.ts lists them.
 */
import type { Serving } from '../admin/snapshot.js';
import type { Acceptor } from '../server/acceptor.js';
import type { Logger, LogSettings } from '../log/log.js';
import type { ModelName } from '../models/registry.js';
import type { CatalogueEntry } from '../services/catalogue.js';
import type { ServiceOptions } from '../services/service.js';
import type { Shared } from '../shared/shared.js';
import type { Tally } from './counters.js';

export interface Model {
  /** Serves what the acceptor yields, until it is closed. Does not wait for the last clients: see {@link Clients}. */
  serve(acceptor: Acceptor): Promise<void>;
  readonly clients: Clients;
}

/** Makes a model ready to serve: what is to be started beforehand is started when the promise resolves. */
export type ModelFactory = (host: Host) => Promise<Model>;

/** The clients being served at the moment, for a server that wants to stop, or to tell of them. Main thread. */
export interface Clients {
  readonly count: number;
  /** Who they are and how far they are, at most so many of them one by one. Costs nothing until it is asked for. */
  describe(most: number): Serving;
  /** Every conversation gets an end of stream as its next input, and may still send its answer. */
  endInput(): void;
  /** Every conversation is cut short. */
  breakOff(): void;
  /** Resolves as soon as nobody is being served. */
  whenNone(): Promise<void>;
  /** Frees what the model has started. Nobody may be served any more, or they are cut short. */
  close(): Promise<void>;
}

/** What the server lends a model to work with. */
export interface Host {
  readonly log: Logger;
  /** For the lines of single connections, which can be switched off. */
  readonly clientLog: Logger;
  readonly logSettings: LogSettings;
  readonly tally: Tally;
  readonly model: ModelName;
  readonly service: Pick<CatalogueEntry, 'name' | 'module' | 'fullAnswer'>;
  readonly serviceOptions: ServiceOptions;
  /** What the clients of the service share, if they share anything. */
  readonly shared: Shared | undefined;
  /** After how long a client is given up that is waited for and says nothing, or takes nothing; 0: never. */
  readonly idleMs: number;
  readonly threads: ThreadSettings;
}

export interface ThreadSettings {
  /** Most client threads at once. */
  readonly most: number;
  /** How many are started before the first client comes. */
  readonly warm: number;
  /** Heap limit of a thread; a service that needs more loses its thread and its client. */
  readonly memoryMb: number;
  /** Told each time a warm thread has come up. */
  readonly onWarm?: (started: number) => void;
}
