/**
 * Which options of `handoff serve` have an effect on which services, models and transports. Main
 * thread. serve.ts refuses a typed option that has none: its user expects something of it. The
 * environment and a configuration file may hold such options, because several servers share them.
 * A service of the user's own may read every option of a service.
 */
import { handOffs, handOffsOf, threadsAccept } from '../serving/hand-off.js';
import type { HandOffWay, ModelName } from '../serving/host.js';
import { isOwn, listServices, type CatalogueEntry } from '../services/catalogue.js';
import type { Dialect } from '../services/service.js';
import { listed } from './settings.js';
import { withoutEffect } from './typed.js';

interface Chosen {
  readonly service: CatalogueEntry;
  readonly model: ModelName;
  readonly transport: 'tcp' | 'udp';
  readonly dialect: Dialect;
  readonly handoff: HandOffWay | undefined;
  readonly 'tls-cert': string | undefined;
}

/** @returns why the option has no effect, and where it has one; undefined: it has an effect */
type Rule = (chosen: Chosen) => string | undefined;

const onlyClientThreads: Rule = ({ model }) => {
  if (model === 'thread-per-client') return undefined;
  const threads =
    model === 'worker-event-loops'
      ? 'whose threads are its --workers'
      : 'which has no client threads';
  return `with --model ${model}, ${threads}; it belongs to thread-per-client`;
};

const onlyWorkers: Rule = ({ model }) =>
  model === 'worker-event-loops'
    ? undefined
    : `with --model ${model}, which has no workers; it belongs to worker-event-loops`;

const onlyThreads: Rule = (chosen) =>
  onlyWorkers(chosen) === undefined ? undefined : onlyClientThreads(chosen);

const onlyTaken: Rule = ({ model, handoff }) => {
  if (!handoff || handOffs[handoff].models.includes(model)) return undefined;
  const ways = handOffsOf(model);
  // libuv closes what it polls, so main could not end a lease.
  if (model === 'worker-event-loops' && handoff === 'lend')
    return `with --model ${model}, whose event loops close their sockets themselves; its ways are ${listed(ways, 'and')}`;
  return ways.length === 0
    ? `with --model ${model}, which has no threads for clients`
    : `with --model ${model}, whose ways are ${listed(ways, 'and')}`;
};

const onlyConnections: Rule = ({ transport }) =>
  transport === 'tcp' ? undefined : 'with --transport udp, which has no connections';

const onlyDatagrams: Rule = ({ transport }) =>
  transport === 'udp' ? undefined : 'without --transport udp';

const onlyWaiting: Rule = ({ model, transport }) =>
  (model === 'event-loop' || model === 'worker-event-loops') && transport === 'tcp'
    ? `with --model ${model}, where no client waits for another; ` +
      'it belongs to iterative and thread-per-client'
    : undefined;

/** Threads that accept for themselves all start at once, and their clients wait in the kernel. */
const onlyMainAccepts: Rule = ({ handoff }) =>
  handoff && threadsAccept(handoff)
    ? `with --handoff ${handoff}: all threads start at once, and clients wait in the kernel's queue`
    : undefined;

const onlyLines: Rule = (chosen) =>
  chosen.dialect === 'hii' && chosen.service.name === 'chat'
    ? 'with --dialect hii, whose messages are not lines'
    : only(
        ...listServices()
          .filter(({ framing }) => framing === 'line')
          .map(({ name }) => name),
      )(chosen);

const onlyTls: Rule = ({ 'tls-cert': cert }) =>
  cert === undefined ? 'without --tls-cert' : undefined;

function only(...names: string[]): Rule {
  return ({ service }) =>
    isOwn(service) || names.includes(service.name)
      ? undefined
      : `on ${service.name}; it belongs to ${listed(names, 'and')}`;
}

function all(...rules: Rule[]): Rule {
  return (chosen) => rules.map((rule) => rule(chosen)).find((why) => why !== undefined);
}

/** Options that are not listed have an effect on every server. */
const RULES: Readonly<Record<string, Rule>> = {
  threads: onlyClientThreads,
  handoff: all(onlyConnections, onlyTaken),
  warm: all(onlyClientThreads, onlyConnections, onlyMainAccepts),
  workers: onlyWorkers,
  policy: all(onlyWorkers, onlyConnections),
  'thread-memory': onlyThreads,
  overflow: all(onlyConnections, onlyWaiting, onlyMainAccepts),
  queue: all(onlyWaiting, onlyMainAccepts),
  'max-buffer': onlyConnections,
  'datagram-rate': onlyDatagrams,
  'loop-lag': onlyConnections,
  'login-deadline': all(only('chat', 'count', 'quiz', 'tictactoe'), onlyConnections),
  'line-deadline': all(onlyLines, onlyConnections),
  'request-deadline': only('web'),
  'send-deadline': onlyConnections,
  'tls-handshake': onlyTls,
  once: all(only('echo'), onlyConnections),
  framing: all(onlyLines, onlyConnections),
  goodbye: only('hello'),
  'max-pause': only('count'),
  dialect: only('chat'),
  history: only('chat'),
  store: only('quiz'),
  questions: only('quiz'),
  root: only('web'),
  'log-requests': only('web'),
};

/**
 * @param typed the names of the typed options
 * @throws UsageError on one without an effect
 */
export function checkEffects(typed: ReadonlySet<string>, chosen: Chosen): void {
  for (const name of typed) {
    const why = RULES[name]?.(chosen);
    if (why !== undefined) throw withoutEffect(name, why);
  }
}
