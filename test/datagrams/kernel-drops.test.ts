/** The kernel's count of dropped datagrams, read from its table. */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { describe, it, type TestContext } from 'node:test';
import { kernelDropsOf } from '../../src/datagrams/kernel-drops.js';

const hasIPv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

describe(
  'the number of datagrams that the kernel dropped',
  { skip: process.platform !== 'linux' },
  () => {
    for (const host of ['127.0.0.1', '0.0.0.0', '127.1.2.3', ...(hasIPv6 ? ['::1', '::'] : [])]) {
      it(`is zero at first, on ${host}`, async (t) => {
        const socket = await bound(t, host);
        assert.equal(kernelDropsOf(socket.address()), 0);
      });
    }

    it('is the number of those that were sent and never received', async (t) => {
      const [receiver, sender] = [await bound(t, '127.0.0.1'), await bound(t, '127.0.0.1')];
      sender.connect(receiver.address().port, '127.0.0.1');
      await once(sender, 'connect');
      let received = 0;
      receiver.on('message', () => received++);
      receiver.setRecvBufferSize(4096);
      // Nothing is received before this loop has ended.
      const sent = 100;
      for (let each = 0; each < sent; each++) sender.send(Buffer.alloc(1000));
      const dropped = kernelDropsOf(receiver.address());
      assert.ok(dropped !== undefined && dropped > 0);
      sender.close();
      while (received < sent - dropped) await once(receiver, 'message');
      assert.equal(kernelDropsOf(receiver.address()), dropped);
    });

    it('is unknown for a closed socket', async (t) => {
      const socket = await bound(t, '127.0.0.1');
      const address = socket.address();
      const closed = once(socket, 'close');
      socket.close();
      await closed;
      assert.equal(kernelDropsOf(address), undefined);
    });
  },
);

async function bound(t: TestContext, host: string): Promise<Socket> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  let open = true;
  socket.once('close', () => (open = false));
  t.after(() => {
    if (open) socket.close();
  });
  socket.bind(0, host);
  await once(socket, 'listening');
  return socket;
}
