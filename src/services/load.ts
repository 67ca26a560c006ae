/** Loads a service's module, on whichever thread serves it. catalogue.ts tells where it is. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { StartError } from '../base/errors.js';
import type { AnyService, DatagramService } from './service.js';

/**
 * @param module the URL of a module that exports `service`
 * @throws StartError when it cannot be loaded or is no service
 */
export async function loadService(module: string): Promise<AnyService> {
  const { service } = await loadModule(module);
  if (typeof service?.serve !== 'function') {
    throw new StartError(`${module} exports no service with a serve function`);
  }
  return service;
}

/**
 * The same for a service's datagram side.
 * @returns undefined if it has none
 */
export async function loadDatagramService(module: string): Promise<DatagramService<unknown> | undefined> {
  const { datagram } = await loadModule(module);
  return typeof datagram?.answer === 'function' ? datagram : undefined;
}

interface ServiceModule {
  readonly service?: AnyService;
  readonly datagram?: DatagramService<unknown>;
}

const require = createRequire(import.meta.url);

async function loadModule(module: string): Promise<ServiceModule> {
  try {
    return requireModule(module) ?? ((await import(module)) as ServiceModule);
  } catch (error) {
    // Below its first line stands who wanted the module.
    const [why = ''] = String(error).split('\n');
    throw new StartError(`cannot load ${module}: ${why}`, { cause: error });
  }
}

/**
 * A module that was loaded by require(), as the pool loads a thread's first one, spares the thread the setting up of import().
 * @returns undefined if it takes import(): it has an `await` outside of functions, or Node is too old for this
 */
function requireModule(module: string): ServiceModule | undefined {
  try {
    return require(fileURLToPath(module)) as ServiceModule;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_REQUIRE_ASYNC_MODULE' || code === 'ERR_REQUIRE_ESM') return undefined;
    throw error;
  }
}
