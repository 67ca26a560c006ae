/**
 * The load cases of most scenarios: clients in a closed loop, each of which asks again when it has
 * its answer. The work is done in the generator's process, in bench/generator/loads/closed-loop.ts.
 */
import type { Content, Pattern } from '../generator/protocol/jobs.js';
import type { Generator } from '../generator/handle.js';
import { measuredLoad } from '../analysis/measured.js';
import { totalErrors } from '../generator/protocol/error-kinds.js';
import { targetOf, type RunningServer, type TextService } from '../contenders/contender.js';
import type { Case } from './scenario.js';

interface ClosedLoop extends Pick<
  Case,
  'name' | 'title' | 'x' | 'leftOut' | 'minWindowMs' | 'maxWarmUps' | 'minWarmUps'
> {
  readonly pattern: Pattern;
  /** `echo` and `churn`; default: echo. */
  readonly textService?: TextService;
  readonly clients: number;
  /** `fan-out`: the number of clients that send. */
  readonly senders?: number;
  /** Clients that connect before all others and stay silent. */
  readonly silentClients?: number;
  /** Default: 64. */
  readonly messageBytes?: number;
}

const SERVICES = {
  echo: undefined,
  churn: undefined,
  web: 'web',
  'web-varied': 'web',
  'fan-out': 'chat',
} as const;
const PROBE_LIMIT_MS = 5000;

/** `x` is by default the number of clients. */
export function closedLoop({
  pattern,
  textService = 'echo',
  clients,
  senders = 0,
  silentClients = 0,
  messageBytes = 64,
  ...it
}: ClosedLoop): Case {
  const service = SERVICES[pattern] ?? textService;
  const content = contentOf(textService);
  return {
    x: clients,
    ...it,
    ...inWords(it, textService),
    clients,
    // A sender of a chat waits for the last of 63 receipts, and the latencies are those of all
    // receipts.
    ...(pattern === 'fan-out' ? {} : { closedLoop: true as const }),
    needs: { service, clients: clients + silentClients },
    // The other patterns check an answer at the start of every job.
    ...(service === textService && { check: checkWith(content) }),
    load: async (generator, server, { warmUpMs, durationMs }) =>
      measuredLoad(
        await generator.run({
          ...targetOf(server),
          ...{ pattern, clients, senders, silentClients, messageBytes, ...content },
          ...{ warmUpMs, durationMs },
        }),
      ),
  };
}

interface JobContent {
  readonly content?: Content;
}

/** What the clients of a text service send, as a job has it. */
export function contentOf(textService: TextService): JobContent {
  return textService === 'echo' ? {} : { content: { kind: 'capitalized' } };
}

/** Results of different services must not be compared, so the name of a case has its service. */
export function inWords(
  { name, title }: Pick<Case, 'name' | 'title'>,
  textService: TextService,
): Pick<Case, 'name' | 'title'> {
  if (textService === 'echo') return { name, title };
  return { name: `${name}, ${textService}`, title: `${title}, ${textService}` };
}

function checkWith(content: JobContent) {
  return async (generator: Generator, server: RunningServer): Promise<void> => {
    const probe = await generator.hold({
      ...targetOf(server),
      ...content,
      clients: 1,
      withRequest: true,
      limitMs: PROBE_LIMIT_MS,
    });
    await generator.release();
    if (probe.answered !== 1 || totalErrors(probe.errors) > 0)
      throw new Error('a single request did not get the right answer');
  };
}
