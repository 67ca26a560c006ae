/**
 * One datagram from its message to its answer: recalls what is known of the address, has the answer worked out,
 * remembers, sends. Main thread; `workOut` is the service itself or a worker that runs it.
 */
import type { Logger } from '../log/log.js';
import { monotonicMs, toMicroseconds } from '../base/clock.js';
import type { Answer, Datagram } from './datagram.js';
import type { Memories } from './memories.js';
import type { Receiver } from './receiver.js';

export interface WorkedOut extends Answer {
  /** Which thread did it; 0: main. */
  readonly thread: number;
}

export type WorkOut = (message: Uint8Array, memory: unknown) => Promise<WorkedOut>;

export interface AnsweringHost {
  readonly log: Logger;
  readonly receiver: Receiver;
  readonly memories: Memories;
}

const FAILED = 'ERR the service failed\n';

/** Never rejects: a service that throws fails its own datagram. */
export async function answerDatagram(
  host: AnsweringHost,
  datagram: Datagram,
  workOut: WorkOut,
): Promise<void> {
  const { log, receiver, memories } = host;
  const { peer, message, receivedAtMs } = datagram;
  const startedAtMs = monotonicMs();
  let thread: number | undefined;
  let reply: Uint8Array | undefined;
  try {
    const answer = await workOut(message, memories.of(peer));
    thread = answer.thread;
    reply = answer.reply === undefined ? undefined : bytesOf(answer.reply);
    // Before the reply is sent: should that be lost, the client asks again, and must be known then.
    memories.keep(peer, answer.memory);
  } catch (error) {
    log.error({ peer, err: error }, 'service failed');
    reply = bytesOf(FAILED);
  }
  const bytesOut = await receiver.settle(datagram, reply);
  if (!log.isLevelEnabled('debug')) return;
  const [waitedMs, servedMs] = [startedAtMs - receivedAtMs, monotonicMs() - startedAtMs].map(toMicroseconds);
  log.debug({ peer, thread, bytesIn: message.length, bytesOut, waitedMs, servedMs }, 'answered');
}

/** Throws for anything else that a service in JavaScript may return: that is the service's failure. */
function bytesOf(reply: Uint8Array | string): Uint8Array {
  return typeof reply === 'string' ? Buffer.from(reply) : Buffer.from(reply);
}
