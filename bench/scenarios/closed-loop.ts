/**
 * The load cases of most scenarios: clients in a closed loop, each of which asks again when it has
 * its answer. The work is done in the generator's process, in bench/generator/loads/closed-loop.ts.
 */
import type { Pattern } from '../generator/protocol/jobs.js';
import type { Generator } from '../generator/handle.js';
import { measuredLoad } from '../analysis/measured.js';
import { totalErrors } from '../generator/protocol/error-kinds.js';
import type { RunningServer } from '../contenders/contender.js';
import type { Case } from './scenario.js';

interface ClosedLoop extends Pick<
  Case,
  'name' | 'title' | 'x' | 'leftOut' | 'minWindowMs' | 'maxWarmUps' | 'minWarmUps'
> {
  readonly pattern: Pattern;
  readonly clients: number;
  /** `fan-out`: the number of clients that send. */
  readonly senders?: number;
  /** Clients that connect before all others and stay silent. */
  readonly silentClients?: number;
  /** Default: 64. */
  readonly messageBytes?: number;
}

const SERVICES = {
  echo: 'echo',
  churn: 'echo',
  web: 'web',
  'web-varied': 'web',
  'fan-out': 'chat',
} as const;
const PROBE_LIMIT_MS = 5000;

/** `x` is by default the number of clients. */
export function closedLoop({
  pattern,
  clients,
  senders = 0,
  silentClients = 0,
  messageBytes = 64,
  ...it
}: ClosedLoop): Case {
  const service = SERVICES[pattern];
  return {
    x: clients,
    ...it,
    clients,
    // A sender of a chat waits for the last of 63 receipts, and the latencies are those of all
    // receipts.
    ...(pattern === 'fan-out' ? {} : { closedLoop: true as const }),
    needs: { service, clients: clients + silentClients },
    // The other patterns check an answer at the start of every job.
    ...(service === 'echo' ? { check: checkEcho } : {}),
    load: async (generator, server, { warmUpMs, durationMs }) =>
      measuredLoad(
        await generator.run({
          port: server.port,
          serverPid: server.pid,
          ...{ pattern, clients, senders, silentClients, messageBytes },
          ...{ warmUpMs, durationMs },
        }),
      ),
  };
}

async function checkEcho(generator: Generator, { port }: RunningServer): Promise<void> {
  const probe = await generator.hold({
    port,
    clients: 1,
    withRequest: true,
    limitMs: PROBE_LIMIT_MS,
  });
  await generator.release();
  if (probe.answered !== 1 || totalErrors(probe.errors) > 0)
    throw new Error('a single request did not get the right answer');
}
