/**
 * Question: what does a line cost that 63 others must hear, and what if many speak at once?
 *
 * Theory: the first answer, a thread for each client that sends to all others under a lock, makes 63 system calls a
 * line however many speak. One owner of the room can gather what came in together and send each member once: with
 * one sender there is nothing to gather, with 32 the calls are shared by up to 32 lines.
 * Look at: deliveries/s against c-pthread as senders grow, p99 of a delivery, and errors, which an order that is not
 * the same for everybody is.
 */
import type { LoadScenario } from './scenario.js';

export const fanOut: LoadScenario = {
  kind: 'load',
  name: 'fan-out',
  service: 'chat',
  cases: [1, 8, 32].map((senders) => ({
    scenario: 'fan-out',
    title: `fan-out: a chat of 64, lines of 32 bytes, ${senders} ${senders === 1 ? 'sender' : 'senders'}`,
    pattern: 'fan-out',
    clients: 64,
    senders,
    silentClients: 0,
    messageBytes: 32,
  })),
  inShortRun: ({ senders }) => senders === 8,
  leftOut: { iterative: 'it serves one client at a time, and one alone is no chat' },
};
