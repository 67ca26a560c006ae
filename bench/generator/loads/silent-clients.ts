/**
 * The clients of a load job that connect before all others and say nothing, for the scenario slow-client.
 *
 * Runs in the generator's process before the load begins; after that nobody looks at them until they are closed.
 */
import { Clients } from '../sockets/clients.js';
import { NS_PER_MS } from '../../lib/clock.js';
import type { LoadJob } from '../protocol/jobs.js';
import { pollFor } from './phases.js';
import { EchoPayloads } from '../sockets/echo-payloads.js';

const SILENT_LIMIT_NS = 1000 * NS_PER_MS;
/** A set of clients needs something that it could say. */
const UNSAID_BYTES = 64;

/** Undefined if the job has none. The caller closes what it gets. */
export function openSilent({
  port,
  silentClients,
}: Pick<LoadJob, 'port' | 'silentClients'>): Clients | undefined {
  if (silentClients === 0) return undefined;
  let standing = 0;
  const exchange = new EchoPayloads(silentClients, UNSAID_BYTES);
  const silent: Clients = new Clients(
    { port, clients: silentClients, exchange, ownAddresses: false },
    // A silent client that is refused or closed is the server's decision; the working clients show its effect.
    { connected: () => (standing += 1), answered: () => undefined, failed: () => (standing += 1) },
  );
  for (let client = 0; client < silentClients; client++) silent.openQuietly(client);
  pollFor(silent, SILENT_LIMIT_NS, () => standing >= silentClients);
  return silent;
}
