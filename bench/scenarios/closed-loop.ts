/**
 * Load cases as most scenarios have them: clients in a closed loop, each of which asks again when it is answered.
 * The work is done in the generator's process, in bench/generator/loads/closed-loop.ts.
 */
import type { Pattern } from '../generator/protocol/jobs.js';
import type { Generator } from '../generator/handle.js';
import { measuredLoad } from '../analysis/measured.js';
import { totalErrors } from '../generator/protocol/error-kinds.js';
import type { RunningServer, ServerNeeds } from '../contenders/contender.js';
import type { Case } from './scenario.js';

interface ClosedLoop {
  readonly name: string;
  readonly title: string;
  /** default: the number of clients */
  readonly x?: number;
  readonly pattern: Pattern;
  readonly clients: number;
  /** Of `fan-out`: how many of them speak. */
  readonly senders?: number;
  /** Connected before all others, and silent. */
  readonly silentClients?: number;
  /** default: 64 */
  readonly messageBytes?: number;
  readonly leftOut?: Case['leftOut'];
  readonly leastMs?: number;
  readonly mostWarmUps?: number;
  readonly leastWarmUps?: Case['leastWarmUps'];
}

const SERVICES = { echo: 'echo', churn: 'echo', web: 'web', 'fan-out': 'chat' } as const;
const PROBE_LIMIT_MS = 5000;

export function closedLoop(loop: ClosedLoop): Case {
  const { name, title, pattern, clients, senders = 0, silentClients = 0, messageBytes = 64 } = loop;
  const service = SERVICES[pattern];
  // A sender of a chat waits for the last of 63 receipts, and the latencies are those of all.
  const isClosedLoop = pattern !== 'fan-out';
  const needs: ServerNeeds = { service, clients: clients + silentClients };
  return {
    name,
    title,
    x: loop.x ?? clients,
    clients,
    ...(isClosedLoop ? { closedLoop: true as const } : {}),
    needs,
    ...(loop.leftOut ? { leftOut: loop.leftOut } : {}),
    ...(loop.leastMs === undefined ? {} : { leastMs: loop.leastMs }),
    ...(loop.mostWarmUps === undefined ? {} : { mostWarmUps: loop.mostWarmUps }),
    ...(loop.leastWarmUps ? { leastWarmUps: loop.leastWarmUps } : {}),
    // A page is checked and a chat is joined at the start of every job.
    ...(service === 'echo' ? { check: checkEcho } : {}),
    load: async (generator, server, { warmUpMs, durationMs }) =>
      measuredLoad(
        await generator.run({
          port: server.port,
          serverPid: server.pid,
          ...{ pattern, clients, senders, silentClients, messageBytes },
          ...{ warmUpMs, durationMs },
        }),
        ...(isClosedLoop ? [clients] : []),
      ),
  };
}

async function checkEcho(generator: Generator, { port }: RunningServer): Promise<void> {
  const probe = await generator.hold({ port, clients: 1, withRequest: true, limitMs: PROBE_LIMIT_MS });
  await generator.release();
  if (probe.answered !== 1 || totalErrors(probe.errors) > 0)
    throw new Error('no right answer to one request');
}
