/**
 * Clients that connect before all others and send nothing, for the scenario slow-client.
 *
 * Runs in the load process before the load starts. Afterwards, nothing polls them.
 */
import { NS_PER_MS } from '../../lib/clock.js';
import type { LoadJob } from '../protocol/jobs.js';
import { Clients } from '../sockets/clients.js';
import { EchoPayloads } from '../sockets/echo-payloads.js';
import { pollFor } from './phases.js';

const CONNECT_LIMIT_NS = 1000 * NS_PER_MS;
/** Never sent, but a set of clients needs an exchange. */
const UNSENT_BYTES = 64;

/** Connects the job's silent clients; undefined if it has none. The caller closes them. */
export function openSilentClients({
  port,
  silentClients,
}: Pick<LoadJob, 'port' | 'silentClients'>): Clients | undefined {
  if (silentClients === 0) return undefined;
  const connecting = new Set(Array(silentClients).keys());
  const arrived = (client: number) => void connecting.delete(client);
  const exchange = new EchoPayloads(silentClients, UNSENT_BYTES);
  const silent: Clients = new Clients(
    { port, clients: silentClients, exchange, ownAddresses: false },
    // The server may refuse or close them. The other clients show the effect.
    { connected: arrived, answered: () => undefined, failed: arrived },
  );
  try {
    for (let client = 0; client < silentClients; client++) silent.openIdle(client);
    pollFor(silent, CONNECT_LIMIT_NS, () => connecting.size === 0);
    return silent;
  } catch (error) {
    silent.closeAll();
    throw error;
  }
}
