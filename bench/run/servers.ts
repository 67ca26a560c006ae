/**
 * Makes the user's own servers ready: finds their addresses and has one conversation with each, so
 * that a server that does not start or answers wrongly ends the run before anything is measured.
 *
 * Runs in the runner's process. Read bench/contenders/own-servers.ts next.
 */
import { resolveAddress } from '../contenders/address.js';
import { checkServer, type OwnServer } from '../contenders/own-servers.js';
import type { BenchOptions } from './options.js';

/** @throws StartError for a server that fails; UsageError for one on another machine */
export async function checkedServers(options: BenchOptions): Promise<OwnServer[]> {
  const { servers, service, isRemoteAllowed } = options;
  const checked: OwnServer[] = [];
  for (const { name, at } of servers) {
    const where = 'command' in at ? at : await resolveAddress(at, { isRemoteAllowed });
    const server = { name, service, at: where };
    await checkServer(server);
    checked.push(server);
  }
  return checked;
}
