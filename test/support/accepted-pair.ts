/** A client and the server's side of its connection, accepted as the server accepts it. Linux. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { DescriptorBudget } from '../../src/serving/descriptor-budget.js';
import { Listener } from '../../src/server/listener.js';
import type { AcceptedSocket } from '../../src/serving/host.js';
import type { Cleanup } from './server.js';

interface AcceptedPair {
  readonly client: Socket;
  readonly accepted: AcceptedSocket;
}

/**
 * @param beforeAccept runs when the client has its descriptor and the server's side has none yet
 */
export async function acceptedPair(t: Cleanup, beforeAccept?: () => void): Promise<AcceptedPair> {
  const { promise: accepting, resolve } = (() => {
    let resolve!: (socket: AcceptedSocket) => void;
    const promise = new Promise<AcceptedSocket>((settle) => (resolve = settle));
    return { promise, resolve };
  })();
  const listener = new Listener(new DescriptorBudget(Infinity), {
    onConnection: resolve,
    onError: (error) => {
      throw error;
    },
    onPaused: () => undefined,
  });
  const client = connect(await listener.listen({ host: '127.0.0.1', port: 0 }), '127.0.0.1');
  client.on('error', () => undefined);
  process.nextTick(() => beforeAccept?.());
  const accepted = await accepting;
  if (client.connecting) await once(client, 'connect');
  listener.close();
  t.after(() => {
    client.destroy();
    accepted.close();
  });
  return { accepted, client };
}
