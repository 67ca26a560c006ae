/**
 * What a datagram model is, and what it gets from the server. Types only; models.ts has the models.
 */
import type { ExpiringMap } from '../base/expiring-map.js';
import type { Logger } from '../log/log.js';
import type { DatagramService, ServiceOptions } from '../services/service.js';
import type { Receiver } from './receiver.js';

export interface DatagramModel {
  /** Answers what the receiver yields, until that ends. Does not wait for the last answers. */
  serve(receiver: Receiver): Promise<void>;
  close(): Promise<void>;
}

export interface DatagramHost {
  readonly log: Logger;
  readonly receiver: Receiver;
  readonly memories: ExpiringMap<unknown>;
  readonly service: DatagramService<unknown>;
  readonly module: string;
  readonly options: ServiceOptions;
  /** The largest number of worker threads, and the heap limit of each in megabytes. */
  readonly threads: { readonly most: number; readonly memoryMb: number };
}
