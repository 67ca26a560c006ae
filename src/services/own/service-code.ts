/**
 * The code of a service, which `serve --watch` loads anew when it changes: the next client is served
 * by the changed code. Clients that are being served keep the code that they began with, and what
 * clients share stays the object of the start.
 *
 *     a file changes ──► main loads the module anew ──► its number, in shared memory
 *                                                          ├─► a client thread loads it before its next client
 *                                                          └─► a worker of many clients loads it when main says so
 *
 * A version that cannot be loaded changes nothing but the log. This file is main's side;
 * newest-code.ts is a thread's.
 */
import { watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from '../../base/errors.js';
import type { ServiceLog } from '../../log/log.js';
import { loadService } from '../load.js';
import type { AnyService } from '../service.js';
import { withVersion } from './resolve.js';

/** Editors write a file in several steps. */
const SETTLE_MS = 50;
const CODE = /\.(?:[cm]?[jt]s|json)$/;

export class ServiceCode {
  readonly #module: string;
  #current: AnyService;
  #newest: Int32Array<SharedArrayBuffer> | undefined;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #tried = 0;
  #onNewest: () => void = () => undefined;

  /** @throws StartError when the service cannot be loaded */
  static async load(module: string): Promise<ServiceCode> {
    return new ServiceCode(module, await loadService(module));
  }

  private constructor(module: string, service: AnyService) {
    this.#module = module;
    this.#current = service;
  }

  /** What serves the next client on main. */
  get current(): AnyService {
    return this.#current;
  }

  /** The number of the newest version, for client threads; undefined unless it is watched. */
  get newestVersion(): SharedArrayBuffer | undefined {
    return this.#newest?.buffer;
  }

  /**
   * Begins to watch the module and the other files of its folder.
   * @throws StartError when the folder cannot be watched
   */
  watch(log: ServiceLog): void {
    const folder = dirname(fileURLToPath(this.#module));
    this.#newest = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    try {
      this.#watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (name === null || CODE.test(name)) this.#loadSoon(log);
      });
    } catch (error) {
      throw new StartError(`cannot watch ${folder}: ${(error as Error).message}`, { cause: error });
    }
    this.#watcher.on('error', (error) => log.error({ err: error }, 'service not reloaded'));
  }

  /**
   * @param onNewest called when there is a newer version: a thread that loads it later may find that
   *   its files have changed again
   */
  onNewest(onNewest: () => void): void {
    this.#onNewest = onNewest;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#watcher?.close();
  }

  #loadSoon(log: ServiceLog): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(log), SETTLE_MS);
  }

  async #load(log: ServiceLog): Promise<void> {
    const version = ++this.#tried;
    try {
      const service = await loadService(withVersion(this.#module, version));
      // A later change may have been loaded first.
      if (version !== this.#tried) return;
      this.#current = service;
      if (this.#newest) Atomics.store(this.#newest, 0, version);
      this.#onNewest();
      log.info({ version }, 'service reloaded');
    } catch (error) {
      log.error({ err: error }, 'service not reloaded');
    }
  }
}
