/** The mailbox between main and a client thread: its states, and what a woken thread reads. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Mailbox } from '../../src/threads/mailbox.js';
import { END_REASONS } from '../../src/connection/end-reason.js';
import { eventually } from '../support/eventually.js';

const bounds = { timeout: 10_000 };

describe('a mailbox', bounds, () => {
  it('holds one descriptor at a time', () => {
    const mailbox = new Mailbox();
    mailbox.lend(20, 1);
    assert.throws(() => mailbox.lend(21, 2), /state/);
    assert.deepEqual({ ...mailbox.take() }, { fd: 20, connection: 1 });
  });

  it('rejects a second settling, and a settling without a client', () => {
    const mailbox = new Mailbox();
    assert.throws(() => mailbox.settle('end'), /state/);
    mailbox.lend(20, 1);
    mailbox.settle('end');
    assert.throws(() => mailbox.settle('end'), /state/);
  });

  it('accepts no client after it is retired', () => {
    const mailbox = new Mailbox();
    mailbox.retire();
    assert.throws(() => mailbox.lend(20, 1), /state/);
    assert.equal(mailbox.take(), undefined);
  });

  it('retires after the client that is lent has been served', () => {
    const mailbox = new Mailbox();
    mailbox.lend(20, 1);
    mailbox.retire();
    assert.deepEqual({ ...mailbox.take() }, { fd: 20, connection: 1 });
    mailbox.settle('end');
    assert.equal(mailbox.take(), undefined);
  });

  it('carries every reason for an end', () => {
    const mailbox = new Mailbox();
    for (const reason of END_REASONS) {
      mailbox.lend(20, 1);
      mailbox.settle(reason);
      assert.equal(mailbox.reason, reason);
    }
  });

  it('resets the meter for each client', () => {
    const mailbox = new Mailbox();
    mailbox.lend(20, 1);
    mailbox.bytesIn = 2 ** 33;
    mailbox.bytesOut = 2 ** 34;
    mailbox.startedAtMs = 5.25;
    assert.deepEqual(
      [mailbox.bytesIn, mailbox.bytesOut, mailbox.startedAtMs],
      [2 ** 33, 2 ** 34, 5.25],
    );
    mailbox.settle('end');
    mailbox.lend(21, 2);
    assert.deepEqual([mailbox.bytesIn, mailbox.bytesOut, mailbox.startedAtMs], [0, 0, 0]);
  });

  it('wakes a blocked thread for each client, and hands back what the thread has written', async (t) => {
    const mailbox = new Mailbox();
    const worker = takerOf(t, mailbox);
    for (let id = 1; id <= 500; id++) {
      const settled = once(worker, 'message');
      mailbox.lend(1000 + id, id);
      mailbox.wake();
      assert.deepEqual(await settled, [{ fd: 1000 + id, connection: id }]);
      assert.equal(mailbox.bytesIn, 10 * id);
      assert.equal(mailbox.reason, 'done');
    }
    const ended = once(worker, 'exit');
    mailbox.retire();
    assert.deepEqual(await ended, [0]);
  });

  it('keeps a thread asleep after a spurious or late notification', async (t) => {
    const mailbox = new Mailbox();
    const worker = takerOf(t, mailbox);
    for (const state of ['waits', 'waits again']) {
      await eventually(`a thread that ${state}`, () => mailbox.wake() || undefined);
    }
    const settled = once(worker, 'message');
    mailbox.lend(1001, 1);
    mailbox.wake();
    assert.deepEqual(await settled, [{ fd: 1001, connection: 1 }]);
  });

  it('ends a blocked thread when it retires', async (t) => {
    const mailbox = new Mailbox();
    const worker = takerOf(t, mailbox);
    await eventually('a thread that waits', () => mailbox.wake() || undefined);
    const ended = once(worker, 'exit');
    mailbox.retire();
    assert.deepEqual(await ended, [0]);
  });
});

/** A thread that takes each client, writes ten times its id into the meter, settles, reports it. */
function takerOf(t: TestContext, mailbox: Mailbox): Worker {
  const module = new URL('../../src/threads/mailbox.js', import.meta.url).href;
  const program = `
    import { parentPort, workerData } from 'node:worker_threads';
    import { Mailbox } from ${JSON.stringify(module)};
    const mailbox = new Mailbox(workerData);
    for (let lent = mailbox.take(); lent; lent = mailbox.take()) {
      mailbox.bytesIn = 10 * lent.connection;
      mailbox.settle('done');
      parentPort.postMessage({ ...lent });
    }`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), {
    workerData: mailbox.buffer,
  });
  t.after(() => {
    // Terminating a thread does not end its wait.
    mailbox.retire();
    return worker.terminate();
  });
  return worker;
}
