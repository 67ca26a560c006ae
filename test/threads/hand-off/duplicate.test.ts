/** A copy of a descriptor is closed once, however far its thread came. */
import assert from 'node:assert/strict';
import { fstatSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { close, duplicate } from '../../../src/base/libc/socket.js';
import { CopiedClients, CopyLease } from '../../../src/threads/hand-off/duplicate.js';
import { Mailbox } from '../../../src/threads/mailbox.js';
import type { Recipient } from '../../../src/threads/lease.js';
import { acceptedPair } from '../../support/accepted-pair.js';

const linuxOnly = { skip: process.platform !== 'linux' && 'needs Linux' };

describe('the copy of a descriptor', { ...linuxOnly, timeout: 10_000 }, () => {
  it('is closed by the thread that has served its client', async (t) => {
    const { lease, mailbox, copy } = await given(t);
    const clients = new CopiedClients(new Mailbox(mailbox.buffer));
    assert.equal(clients.next()?.fd, copy);
    assert.ok(isOpen(copy) && isOpen(lease.fd));
    clients.settle('end');
    assert.ok(!isOpen(copy));
    lease.end();
    assert.ok(!isOpen(lease.fd));
  });

  it('is closed by main when the thread dies before it takes the client', async (t) => {
    const { lease, copy } = await given(t);
    lease.end();
    assert.ok(!isOpen(copy) && !isOpen(lease.fd));
  });

  it('is closed by main when the thread dies while it serves', async (t) => {
    const { lease, mailbox, copy } = await given(t);
    new CopiedClients(new Mailbox(mailbox.buffer)).next();
    lease.end();
    assert.ok(!isOpen(copy));
  });

  it('is left alone when the thread dies between its close and its note', async (t) => {
    const { lease, mailbox, copy } = await given(t);
    new CopiedClients(new Mailbox(mailbox.buffer)).next();
    close(copy);
    const other = await acceptedPair(t);
    // The lowest free number is the copy's.
    const reused = duplicate(other.accepted.fd ?? -1);
    lease.end();
    assert.ok(isOpen(reused), `${reused} after ${copy}`);
    close(reused);
  });

  it('is closed when its thread does not start, and the client may go to another one', async (t) => {
    const { lease, copy } = await given(t);
    lease.takeBack();
    assert.ok(!isOpen(copy) && isOpen(lease.fd));
  });
});

async function given(t: TestContext) {
  const { accepted } = await acceptedPair(t);
  const lease = new CopyLease(accepted);
  const mailbox = new Mailbox();
  lease.giveTo(recipient(mailbox), 1);
  return { lease, mailbox, copy: mailbox.descriptor };
}

function recipient(mailbox: Mailbox): Recipient {
  return { mailbox, thread: 1, ready: Promise.resolve(), sockets: undefined };
}

function isOpen(fd: number): boolean {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
}
