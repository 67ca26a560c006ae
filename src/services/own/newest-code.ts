/**
 * A thread's side of `serve --watch`: the newest code of the service, loaded when it is asked for.
 * Client threads and workers of many clients. service-code.ts, which is main's side, has the picture.
 *
 * Apart from main's side because each thread loads its imports again, and watching a file takes
 * node:fs.
 */
import type { ServiceLog } from '../../log/log.js';
import { loadService } from '../load.js';
import type { AnyService } from '../service.js';
import { withVersion } from './resolve.js';

export class NewestCode {
  readonly #module: string;
  readonly #log: ServiceLog;
  readonly #newest: Int32Array;
  #current: Promise<AnyService>;
  #version = 0;

  /** @param first the service of the start */
  constructor(module: string, newest: SharedArrayBuffer, first: AnyService, log: ServiceLog) {
    this.#module = module;
    this.#newest = new Int32Array(newest);
    this.#current = Promise.resolve(first);
    this.#log = log;
  }

  /** Never rejects: a version that only main could load leaves the one before. */
  get(): Promise<AnyService> {
    const version = Atomics.load(this.#newest, 0);
    if (version !== this.#version) {
      this.#version = version;
      this.#current = this.#load(version, this.#current);
    }
    return this.#current;
  }

  async #load(version: number, before: Promise<AnyService>): Promise<AnyService> {
    try {
      return await loadService(withVersion(this.#module, version));
    } catch (error) {
      this.#log.error({ err: error }, 'service not reloaded');
      return before;
    }
  }
}
