/** Deliveries by main to a client with a leased descriptor that does not read at once. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { addressOf } from '../../src/base/libc/call.js';
import * as libc from '../../src/base/libc/socket.js';
import { OutputLimit } from '../../src/connection/output-limit.js';
import { DescriptorLease } from '../../src/threads/lease.js';
import { LeasedSocket } from '../../src/threads/leased-socket.js';
import { acceptedPair } from '../support/accepted-pair.js';

const CHUNK = Buffer.alloc(512 * 1024, 'x');
/** Above this a disconnect has waited for its deadline of a second instead of for the backlog. */
const MOST_TICKS_MS = 900;
const TICK_MS = 2;

describe('a leased socket', { timeout: 20_000 }, () => {
  it('ends the input of a disconnected client at once when nothing is undelivered', async (t) => {
    const { lease, leased } = await leasedPair(t);
    assert.equal(leased.deliver(Buffer.from('bye\n')), 'delivered');
    leased.disconnect();
    assert.equal(endOfStream(lease), true);
  });

  it('ends the input of a disconnected client as soon as it has read its backlog', async (t) => {
    const { lease, leased, client } = await leasedPair(t);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    client.pause();
    const deliveredBytes = fillUp(leased);
    leased.disconnect();
    assert.equal(endOfStream(lease), false);
    client.resume();
    let receivedBytes = 0;
    client.on('data', (bytes: Buffer) => (receivedBytes += bytes.length));
    let ticks = 0;
    for (; !endOfStream(lease); ticks++) {
      assert.ok(ticks * TICK_MS < MOST_TICKS_MS, 'the disconnect waited for its deadline');
      // The client reads while the clock stands: the kernel then has room.
      for (let turns = 0; turns < 20; turns++) await turn();
      t.mock.timers.tick(TICK_MS);
    }
    while (receivedBytes < deliveredBytes) await turn();
    assert.equal(receivedBytes, deliveredBytes);
  });

  it('ends the input of a disconnected client that does not read after a second', async (t) => {
    const { lease, leased, client } = await leasedPair(t);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    client.pause();
    fillUp(leased);
    leased.disconnect();
    t.mock.timers.tick(999);
    assert.equal(endOfStream(lease), false);
    t.mock.timers.tick(1);
    assert.equal(endOfStream(lease), true);
  });

  it('reports a client that leaves more than a megabyte of backlog as slow', async (t) => {
    const { leased, client } = await leasedPair(t);
    client.pause();
    let outcome = 'delivered';
    for (let count = 0; outcome === 'delivered' && count < 100; count++)
      outcome = leased.deliver(CHUNK);
    assert.equal(outcome, 'slow');
  });

  it('reports a client as gone once its lease has been aborted', async (t) => {
    const { leased } = await leasedPair(t);
    leased.abort();
    assert.equal(leased.deliver(CHUNK), 'gone');
  });
});

/** Delivers until the kernel takes no more; returns the number of bytes delivered. */
function fillUp(leased: LeasedSocket): number {
  let bytes = 0;
  for (;;) {
    const before = leased.bytesOut;
    assert.equal(leased.deliver(CHUNK.subarray(0, 64 * 1024)), 'delivered');
    bytes += 64 * 1024;
    if (leased.bytesOut - before < 64 * 1024) return bytes;
  }
}

/** Whether the client thread would read an end of stream now. */
function endOfStream(lease: DescriptorLease): boolean {
  const buffer = new Uint8Array(1);
  return libc.recv(lease.fd, addressOf(buffer), 1, libc.MSG_DONTWAIT) === 0;
}

async function leasedPair(t: TestContext) {
  const { accepted, client } = await acceptedPair(t);
  const lease = new DescriptorLease(accepted);
  const leased = new LeasedSocket(accepted, lease, new OutputLimit(Infinity));
  t.after(() => leased.close());
  return { lease, leased, client };
}
