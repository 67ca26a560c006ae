/** Main owns and closes a leased descriptor, and main wakes the thread that blocks on it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { DescriptorLease } from '../../src/threads/lease.js';
import { addressOf } from '../../src/base/libc/call.js';
import * as libc from '../../src/base/libc/socket.js';
import { acceptedPair } from '../support/accepted-pair.js';

const linuxOnly = process.platform === 'linux' ? {} : { skip: 'reads /proc' };

describe('a lease', { timeout: 10_000 }, () => {
  it('keeps the descriptor open until the lease ends, and closes it then', linuxOnly, async (t) => {
    const { accepted } = await acceptedPair(t);
    const lease = new DescriptorLease(accepted);
    const path = `/proc/self/fd/${lease.fd}`;
    const lent = readlinkSync(path);
    lease.shutdownRead();
    lease.abort();
    assert.equal(readlinkSync(path), lent);
    lease.end();
    assert.notEqual(linkOf(path), lent);
  });

  it('ends once', async (t) => {
    const { accepted } = await acceptedPair(t);
    const lease = new DescriptorLease(accepted);
    lease.end();
    assert.throws(() => lease.end(), /ended before/);
  });

  it('does not touch the descriptor after its end: the number may be a new client’s', async (t) => {
    const { accepted } = await acceptedPair(t);
    const lease = new DescriptorLease(accepted);
    const next = await acceptedPair(t, () => lease.end());
    assert.equal(
      new DescriptorLease(next.accepted).fd,
      lease.fd,
      'the kernel gives the lowest free number',
    );
    lease.abort();
    lease.shutdownRead();
    const reader = blockedRecv(t, lease.fd);
    await once(reader, 'message');
    const read = once(reader, 'message');
    next.client.end('for the next');
    assert.deepEqual((await read)[0], { text: 'for the next' });
  });

  for (const call of ['shutdownRead', 'abort'] as const) {
    it(`wakes a thread that is blocked in recv by ${call}`, async (t) => {
      const { accepted } = await acceptedPair(t);
      const lease = new DescriptorLease(accepted);
      const reader = blockedRecv(t, lease.fd);
      await once(reader, 'message');
      const woken = once(reader, 'message');
      lease[call]();
      assert.deepEqual((await woken)[0], { text: '' });
      lease.end();
    });
  }

  it('lets the thread read what has arrived and send an answer after shutdownRead', async (t) => {
    const { accepted, client } = await acceptedPair(t);
    const lease = new DescriptorLease(accepted);
    client.write('asked before');
    const buffer = new Uint8Array(64);
    // A blocking read of one byte: the message is here, whatever the machine is doing.
    assert.equal(libc.recv(lease.fd, addressOf(buffer), 1, 0), 1);
    lease.shutdownRead();
    const length = libc.recv(lease.fd, addressOf(buffer), buffer.length, 0);
    assert.equal(Buffer.from(buffer.subarray(0, length)).toString(), 'sked before');
    assert.equal(libc.recv(lease.fd, addressOf(buffer), buffer.length, 0), 0);
    const answer = Buffer.from('answered after');
    assert.equal(libc.sendBytes(lease.fd, answer, answer.length, libc.MSG_NOSIGNAL), answer.length);
    const [received] = (await once(client, 'data')) as [Buffer];
    assert.equal(received.toString(), 'answered after');
    lease.end();
  });

  it('aborts a send that blocks because the client does not read', async (t) => {
    const { accepted, client } = await acceptedPair(t);
    client.pause();
    const lease = new DescriptorLease(accepted);
    const sender = blockedThread(
      t,
      lease.fd,
      `say({}); while (libc.sendBytes(fd, bytes, bytes.length, flags) > 0);`,
    );
    await once(sender, 'message');
    const ended = once(sender, 'exit');
    lease.abort();
    assert.deepEqual(await ended, [0]);
    lease.end();
  });
});

/** A thread that reports its start, and then the result of its only recv. */
function blockedRecv(t: TestContext, fd: number): Worker {
  return blockedThread(
    t,
    fd,
    `say({}); const n = libc.recv(fd, addressOf(bytes), 64, 0);
     say({ text: Buffer.from(bytes.subarray(0, n)).toString() });`,
  );
}

/** Runs `body` in a thread with a descriptor of ours. */
function blockedThread(t: TestContext, fd: number, body: string): Worker {
  const folder = new URL('../../src/base/libc/', import.meta.url).href;
  const program = `
    import { parentPort, workerData as fd } from 'node:worker_threads';
    import { addressOf } from '${folder}call.js';
    import * as libc from '${folder}socket.js';
    const say = (message) => parentPort.postMessage(message);
    const bytes = new Uint8Array(1_000_000), flags = libc.MSG_NOSIGNAL;
    ${body}`;
  const url = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
  const worker = new Worker(url, { workerData: fd });
  t.after(() => {
    // Otherwise terminate() would wait for a call that never returns.
    libc.shutdown(fd, libc.SHUT_RDWR);
    return worker.terminate();
  });
  return worker;
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
