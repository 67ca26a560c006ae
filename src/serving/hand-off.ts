/**
 * The ways to give a client's socket to a thread: their names, which models take them, and what this
 * Node or system lacks for one. Main thread; for the command line and the models. How each works
 * stands in threads/hand-off/, one file a way.
 */
import { Socket } from 'node:net';
import { MessageChannel } from 'node:worker_threads';
import { StartError } from '../base/errors.js';
import { transferListOf } from '../base/net-socket.js';
import type { HandOffWay, ModelName } from './host.js';
import type { ListenAddress } from './listen-address.js';

interface HandOffEntry {
  readonly summary: string;
  /** The models that take it. */
  readonly models: readonly ModelName[];
  /** Why it cannot be used on Unix-domain sockets; undefined: it can. */
  readonly needsTcp?: string;
  /** Says in one line what the way needs and this Node or system lacks; undefined if nothing. */
  readonly lacking: () => string | undefined;
}

export const handOffs: Readonly<Record<HandOffWay, HandOffEntry>> = {
  lend: {
    summary: 'main lends the descriptor through shared memory, and closes it',
    models: ['thread-per-client'],
    lacking: withoutLinux,
  },
  transfer: {
    summary: 'main transfers the net.Socket in a message',
    models: ['thread-per-client', 'worker-event-loops'],
    needsTcp: 'Node transfers no Unix-domain sockets',
    lacking: () => withoutLinux() ?? withoutTransfer(),
  },
  duplicate: {
    summary: 'the thread gets a copy of the descriptor, and closes it',
    models: ['thread-per-client', 'worker-event-loops'],
    lacking: withoutLinux,
  },
  task: {
    summary: 'each client is one pool.run of piscina, as it is first written',
    models: ['thread-per-client'],
    lacking: withoutLinux,
  },
  share: {
    summary: 'all threads accept from one listening socket',
    models: ['thread-per-client'],
    lacking: withoutLinux,
  },
  'reuse-port': {
    summary: 'each thread accepts from a listening socket of its own (SO_REUSEPORT)',
    models: ['thread-per-client'],
    needsTcp: 'several sockets cannot listen on one path',
    lacking: withoutLinux,
  },
};

/** Whether clients are accepted by their threads, which all start before the first one comes. */
export function threadsAccept(way: HandOffWay | undefined): boolean {
  return way === 'share' || way === 'reuse-port';
}

/** The way of a model that is asked for none; undefined: the model has no threads for clients. */
const DEFAULT_WAYS: Readonly<Record<ModelName, HandOffWay | undefined>> = {
  iterative: undefined,
  'event-loop': undefined,
  'thread-per-client': 'lend',
  'worker-event-loops': 'duplicate',
};

export const HAND_OFF_WAYS: readonly HandOffWay[] = [
  'lend',
  'transfer',
  'duplicate',
  'task',
  'share',
  'reuse-port',
];

/** The ways that a model takes, its default first. */
export function handOffsOf(model: ModelName): HandOffWay[] {
  const first = DEFAULT_WAYS[model];
  const ways = HAND_OFF_WAYS.filter((way) => handOffs[way].models.includes(model));
  return ways.sort((one, other) => Number(other === first) - Number(one === first));
}

/**
 * The way of a server.
 * @param asked undefined: the model's default
 * @returns undefined for a model without threads for clients
 * @throws StartError when the model does not take it, or something is lacking
 */
export function chooseHandOff(
  model: ModelName,
  asked: HandOffWay | undefined,
  address: ListenAddress,
): HandOffWay | undefined {
  const way = asked ?? DEFAULT_WAYS[model];
  if (way === undefined) return undefined;
  if (!handOffs[way].models.includes(model))
    throw new StartError(`--model ${model} does not take --handoff ${way}`);
  const { needsTcp } = handOffs[way];
  if (needsTcp !== undefined && 'path' in address)
    throw new StartError(`--handoff ${way} cannot be used with --socket: ${needsTcp}`);
  const lacking = handOffs[way].lacking();
  if (lacking !== undefined) throw new StartError(`--handoff ${way} needs ${lacking}`);
  return way;
}

function withoutLinux(): string | undefined {
  return process.platform === 'linux' ? undefined : `Linux; this is ${process.platform}`;
}

/**
 * Asks Node itself: a socket without a connection is refused for its state where sockets can be
 * transferred, and for its type elsewhere.
 */
function withoutTransfer(): string | undefined {
  const { port1 } = new MessageChannel();
  const socket = new Socket();
  try {
    port1.postMessage(socket, transferListOf(socket));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_WORKER_HANDLE_NOT_TRANSFERABLE') return undefined;
  } finally {
    port1.close();
    socket.destroy();
  }
  return `a Node whose net.Socket can be transferred, 24.20 or 26.6; this is ${process.version}`;
}
