/**
 * One datagram from its message to its answer: looks up the memory of its address, has the answer
 * computed, stores the new memory, sends the reply. Runs on the main thread; `computeAnswer` calls
 * the service here or in a worker.
 */
import { monotonicMs, toMicroseconds } from '../base/clock.js';
import { errOf } from '../base/thrown.js';
import type { Datagram } from './datagram.js';
import type { DatagramHost } from './host.js';
import type { ComputedAnswer } from './protocol.js';

export type ComputeAnswer = (message: Uint8Array, memory: unknown) => Promise<ComputedAnswer>;

/** The part of the host that answering uses. */
type AnsweringHost = Pick<DatagramHost, 'log' | 'receiver' | 'memories'>;

const FAILED = 'ERR the service failed\n';

/** Answers one datagram. Never rejects: a service that throws fails only its own datagram. */
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
    // Stored before the reply is sent: if the reply is lost, the client repeats its message.
    memories.set(peer, answer.memory);
  } catch (error) {
    log.error({ peer, err: errOf(error) }, 'service failed');
    reply = bytesOf(FAILED);
  }
  const bytesOut = await receiver.settle(datagram, reply);
  if (!log.isLevelEnabled('debug')) return;
  const [waitedMs, servedMs] = [startedAtMs - receivedAtMs, monotonicMs() - startedAtMs].map(
    toMicroseconds,
  );
  log.debug({ peer, thread, bytesIn: message.length, bytesOut, waitedMs, servedMs }, 'answered');
}

/**
 * Copies a reply. A service in JavaScript may return anything else; Buffer.from() then throws,
 * which fails that service's datagram.
 */
function bytesOf(reply: Uint8Array | string): Uint8Array {
  return typeof reply === 'string' ? Buffer.from(reply) : Buffer.from(reply);
}
