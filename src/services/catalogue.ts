/**
 * All services by name: where each listens by default, how its messages are framed, and the module that holds it.
 * A module is loaded only by the threads that serve it: what a client thread imports is what it costs to start.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StartError } from '../errors.js';
import type { Service } from './service.js';

export interface CatalogueEntry {
  readonly name: string;
  readonly port: number;
  readonly framing: 'chunk' | 'line' | 'none';
  readonly summary: string;
  /** The URL of a module that exports `service`. */
  readonly module: string;
}

const entries: readonly CatalogueEntry[] = [
  entry('capitalize', 5001, 'chunk', 'sends text back in upper case'),
  entry('collect', 9090, 'chunk', 'reads to the end, logs the pieces, answers OK <bytes>'),
  entry('count', 5003, 'line', 'counts name0 … name10 with random pauses'),
  entry('date', 5050, 'chunk', 'formats the present time by a strftime format'),
  entry('daytime', 1313, 'none', 'tells the time with microseconds and closes'),
  entry('echo', 9000, 'chunk', 'sends back what it gets'),
  entry('greet', 9000, 'chunk', 'one message, Hello in return!, close'),
  entry('hello', 15000, 'chunk', 'Hello Yourself, then Goodbye; a page for browsers'),
  entry('work', 5004, 'line', 'work <ms> burns processor time, sleep <ms> waits'),
];

export function listServices(): readonly CatalogueEntry[] {
  return entries;
}

/**
 * A service by its name, or your own by the path of a JavaScript module that exports `service`.
 * @returns undefined if there is none of that name
 */
export function findService(nameOrPath: string): CatalogueEntry | undefined {
  const known = entries.find(({ name }) => name === nameOrPath);
  if (known || !/[/\\]/.test(nameOrPath)) return known;
  const module = pathToFileURL(resolve(nameOrPath)).href;
  return { name: nameOrPath, port: 9000, framing: 'chunk', summary: 'your own', module };
}

/**
 * Loads the module of a service. Called on whichever thread serves it.
 * @throws StartError when it cannot be loaded or is no service
 */
export async function loadService(module: string): Promise<Service> {
  const loaded = (await import(module).catch((error: unknown) => {
    throw new StartError(`cannot load ${module}: ${String(error)}`, { cause: error });
  })) as { service?: Service };
  if (typeof loaded.service?.serve !== 'function') {
    throw new StartError(`${module} exports no service with a serve function`);
  }
  return loaded.service;
}

function entry(
  name: string,
  port: number,
  framing: CatalogueEntry['framing'],
  summary: string,
): CatalogueEntry {
  return { name, port, framing, summary, module: new URL(`./${name}.js`, import.meta.url).href };
}
