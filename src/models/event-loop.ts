/**
 * The event-loop server: all clients at once, on the main thread. Whoever has to wait lets the others run.
 *
 * Right for many clients that mostly wait: an idle one costs a few kilobytes. Wrong for services that compute: while
 * one answer is worked out, nobody else is served. Compare thread-per-client.ts.
 */
import { MainThreadClients } from './main-thread-clients.js';
import type { ModelFactory } from '../serving/host.js';

export const eventLoop: ModelFactory = async (host) => {
  const clients = await MainThreadClients.create(host);
  return {
    clients,
    async serve(acceptor) {
      for await (const client of acceptor) void clients.serve(client);
    },
  };
};
