/**
 * Loads a service's module, on whichever thread serves it. catalogue.ts has the modules of the
 * project; any other is a user's own, which is loaded with the help of own/.
 *
 * Every client thread loads this file again. What only a user's module needs is imported when there
 * is one: it would make Node load processes, sockets and streams in each thread.
 */
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { StartError } from '../base/errors.js';
import { COMPILED, bundled } from '../base/programs.js';
import type { AnyService, DatagramService } from './service.js';

/**
 * Loads the stream side of a service.
 * @param module the URL of a module that exports `service`
 * @throws StartError when the module cannot be loaded or exports no service
 */
export async function loadService(module: string): Promise<AnyService> {
  const { service } = await loadModule(module);
  if (typeof service?.serve !== 'function') {
    throw new StartError(
      `${pathOf(module)} exports no service with a serve function: export const service = { serve(connection) { … } }`,
    );
  }
  return service;
}

/**
 * Loads the datagram side of a service.
 * @returns undefined if it has none
 * @throws StartError when the module cannot be loaded
 */
export async function loadDatagramService(
  module: string,
): Promise<DatagramService<unknown> | undefined> {
  const { datagram } = await loadModule(module);
  return typeof datagram?.answer === 'function' ? datagram : undefined;
}

interface ServiceModule {
  readonly service?: AnyService;
  readonly datagram?: DatagramService<unknown>;
}

const require = createRequire(import.meta.url);

/** Every service of the project is there. */
const PROJECT = new URL('src/services/', COMPILED).href;

async function loadModule(module: string): Promise<ServiceModule> {
  if (module.startsWith(PROJECT)) {
    const path = isMainThread ? pathOf(module) : bundled(module.slice(COMPILED.href.length));
    return requireModule(path) ?? ((await import(pathToFileURL(path).href)) as ServiceModule);
  }
  const [{ obstacleOf, placedMessage }, { installImportHook }] = await Promise.all([
    import('./own/diagnosis.js'),
    import('./own/import-hook.js'),
  ]);
  const obstacle = obstacleOf(module);
  if (obstacle !== undefined) throw new StartError(`cannot load ${pathOf(module)}: ${obstacle}`);
  installImportHook();
  try {
    // Not require(), to which the hook does not apply in Node 20.
    return (await import(module)) as ServiceModule;
  } catch (error) {
    throw new StartError(`cannot load ${placedMessage(module, error)}`, { cause: error });
  }
}

/**
 * Loads a module by require(). piscina loads a thread's first module so, and a second one spares
 * the thread the setup of import().
 * @returns undefined if the module needs import(): it has a top-level `await`, or Node is too old
 * @throws whatever the module throws
 */
function requireModule(path: string): ServiceModule | undefined {
  try {
    return require(path) as ServiceModule;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_REQUIRE_ASYNC_MODULE' || code === 'ERR_REQUIRE_ESM') return undefined;
    throw error;
  }
}

const pathOf = (module: string) => fileURLToPath(module);
