/**
 * One datagram from its message to its answer: recalls what is known of the address, has the answer worked out,
 * remembers, sends. Main thread; `computeAnswer` is the service itself or a worker that runs it.
 */
import { monotonicMs, toMicroseconds } from '../base/clock.js';
import type { Datagram } from './datagram.js';
import type { DatagramHost } from './host.js';
import type { ComputedAnswer } from './protocol.js';

export type ComputeAnswer = (message: Uint8Array, memory: unknown) => Promise<ComputedAnswer>;

/** The part of the host that answering needs. */
type AnsweringHost = Pick<DatagramHost, 'log' | 'receiver' | 'memories'>;

const FAILED = 'ERR the service failed\n';

/** Never rejects: a service that throws fails its own datagram. */
export async function answerDatagram(
  host: AnsweringHost,
  datagram: Datagram,
  computeAnswer: ComputeAnswer,
): Promise<void> {
  const { log, receiver, memories } = host;
  const { peer, message, receivedAtMs } = datagram;
  const startedAtMs = monotonicMs();
  let thread: number | undefined;
  let reply: Uint8Array | undefined;
  try {
    const answer = await computeAnswer(message, memories.get(peer));
    thread = answer.thread;
    reply = answer.reply === undefined ? undefined : bytesOf(answer.reply);
    // Before the reply is sent: should that be lost, the client asks again, and must be known then.
    memories.set(peer, answer.memory);
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
