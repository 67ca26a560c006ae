/** A transferred net.Socket has one owner at a time, and main's control descriptor is closed once. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { errorName } from '../../../src/base/libc/call.js';
import { MSG_NOSIGNAL, sendBytes } from '../../../src/base/libc/socket.js';
import { handOffs } from '../../../src/serving/hand-off.js';
import { TransferLease, TransferredClients } from '../../../src/threads/hand-off/transfer.js';
import { Mailbox } from '../../../src/threads/mailbox.js';
import { acceptedPair } from '../../support/accepted-pair.js';

const lacking = handOffs.transfer.lacking();

describe('a socket that is transferred', { skip: lacking ?? false, timeout: 10_000 }, () => {
  it('arrives after the wake-up, and blocks', async (t) => {
    const { lease, mailbox, clients, client } = await start(t);
    lease.giveTo({ mailbox, ...slotOf(clients), thread: 1 }, 7);
    const taken = await clients.source.next();
    assert.equal(taken?.connection, 7);
    const fd = taken.fd;
    assert.equal(linkOf(fd), linkOf(lease.fd));
    const bytes = Buffer.from('from the thread');
    assert.equal(sendBytes(fd, bytes, bytes.length, MSG_NOSIGNAL), bytes.length);
    assert.equal(String((await once(client, 'data'))[0]), 'from the thread');
    clients.source.settle('end');
    assert.notEqual(linkOf(fd), linkOf(lease.fd));
    lease.end();
    await once(client, 'end');
  });

  it('reaches a thread that starts when the thread is up', async (t) => {
    const { lease, mailbox, clients } = await start(t);
    let noteUp!: () => void;
    const ready = new Promise<void>((resolve) => (noteUp = resolve));
    lease.giveTo({ mailbox, ...slotOf(clients), thread: undefined, ready }, 1);
    const next = clients.source.next();
    noteUp();
    const taken = await next;
    assert.ok(taken && taken.fd >= 0, errorName());
    clients.source.settle('end');
    lease.end();
  });

  it('stays with main when the thread does not start', async (t) => {
    const { lease, mailbox, clients, accepted } = await start(t);
    const ready = Promise.reject(new Error('not started'));
    lease.giveTo({ mailbox, ...slotOf(clients), thread: undefined, ready }, 1);
    const control = linkOf(lease.fd);
    lease.takeBack();
    assert.equal(linkOf(accepted.fd ?? -1), control);
    assert.notEqual(linkOf(lease.fd), control);
  });

  it('is closed with the port when its thread dies before it takes the message', async (t) => {
    const { accepted, client } = await acceptedPair(t);
    const { port1, port2 } = new MessageChannel();
    const lease = new TransferLease(accepted);
    lease.giveTo({ mailbox: new Mailbox(), ...slotOf({ port1 }), thread: 1 }, 1);
    // As the end of its thread does.
    port2.close();
    lease.end();
    client.resume();
    await once(client, 'end');
  });
});

async function start(t: TestContext) {
  const { accepted, client } = await acceptedPair(t);
  const mailbox = new Mailbox();
  const { port1, port2 } = new MessageChannel();
  t.after(() => port1.close());
  const source = new TransferredClients(new Mailbox(mailbox.buffer), port2);
  return {
    accepted,
    client,
    mailbox,
    lease: new TransferLease(accepted),
    clients: { source, port1 },
  };
}

const slotOf = ({ port1 }: { port1: MessageChannel['port1'] }) => ({
  sockets: port1,
  ready: Promise.resolve(),
});

function linkOf(fd: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return 'closed';
  }
}
