/** Who owns a descriptor that is lent to a thread, who closes it, and what wakes the thread that blocks on it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { connect, createServer, Socket, type AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Loan } from '../../src/threads/lease.js';
import * as libc from '../../src/base/libc.js';

const linuxOnly = process.platform === 'linux' ? {} : { skip: 'reads /proc' };

describe('a loan', { timeout: 10_000 }, () => {
  it('leaves the descriptor open until it is given back, and then closes it', linuxOnly, async (t) => {
    const { accepted } = await connectedPair(t);
    const loan = new Loan(accepted);
    const path = `/proc/self/fd/${loan.fd}`;
    const lent = readlinkSync(path);
    loan.endInput();
    loan.breakOff();
    assert.equal(readlinkSync(path), lent);
    loan.giveBack();
    assert.notEqual(linkOf(path), lent);
  });

  it('is given back once', async (t) => {
    const { accepted } = await connectedPair(t);
    const loan = new Loan(accepted);
    loan.giveBack();
    assert.throws(() => loan.giveBack(), /given back/);
  });

  it('leaves alone a descriptor that has been given back: its number may be a new client’s', async (t) => {
    const { accepted } = await connectedPair(t);
    const loan = new Loan(accepted);
    const next = await connectedPair(t, () => loan.giveBack());
    assert.equal(new Loan(next.accepted).fd, loan.fd, 'the kernel gives the lowest free number');
    loan.breakOff();
    loan.endInput();
    const reader = blockedRecv(t, loan.fd);
    await once(reader, 'message');
    const read = once(reader, 'message');
    next.client.end('for the next');
    assert.deepEqual((await read)[0], { text: 'for the next' });
  });

  for (const end of ['endInput', 'breakOff'] as const) {
    it(`wakes a thread that is blocked in recv by ${end}`, async (t) => {
      const { accepted } = await connectedPair(t);
      const loan = new Loan(accepted);
      const reader = blockedRecv(t, loan.fd);
      await once(reader, 'message');
      const woken = once(reader, 'message');
      loan[end]();
      assert.deepEqual((await woken)[0], { text: '' });
      loan.giveBack();
    });
  }

  it('lets what has arrived be read after its input was ended, and an answer be sent', async (t) => {
    const { accepted, client } = await connectedPair(t);
    const loan = new Loan(accepted);
    client.write('asked before');
    const buffer = new Uint8Array(64);
    // A blocking read of one byte: the message is here, whatever the machine is doing.
    assert.equal(libc.recv(loan.fd, libc.addressOf(buffer), 1, 0), 1);
    loan.endInput();
    const length = libc.recv(loan.fd, libc.addressOf(buffer), buffer.length, 0);
    assert.equal(Buffer.from(buffer.subarray(0, length)).toString(), 'sked before');
    assert.equal(libc.recv(loan.fd, libc.addressOf(buffer), buffer.length, 0), 0);
    const answer = Buffer.from('answered after');
    assert.equal(libc.sendBytes(loan.fd, answer, answer.length, libc.MSG_NOSIGNAL), answer.length);
    const [received] = (await once(client, 'data')) as [Buffer];
    assert.equal(received.toString(), 'answered after');
    loan.giveBack();
  });

  it('ends a send that is blocked by a client that does not read', async (t) => {
    const { accepted, client } = await connectedPair(t);
    client.pause();
    const loan = new Loan(accepted);
    const sender = blockedThread(
      t,
      loan.fd,
      `say({}); while (libc.sendBytes(fd, bytes, bytes.length, flags) > 0);`,
    );
    await once(sender, 'message');
    const ended = once(sender, 'exit');
    loan.breakOff();
    assert.deepEqual(await ended, [0]);
    loan.giveBack();
  });

  it('is refused with a clear error for a socket that has no descriptor', () => {
    assert.throws(() => new Loan(new Socket()), /does not show the descriptor/);
  });
});

/** @param beforeAccept runs when the client has its descriptor and the server's side has none yet */
async function connectedPair(t: TestContext, beforeAccept?: () => void) {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepting = once(server, 'connection') as Promise<[Socket]>;
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined);
  process.nextTick(() => beforeAccept?.());
  const [accepted] = await accepting;
  await once(client, 'connect');
  server.close();
  t.after(() => {
    client.destroy();
    accepted.destroy();
  });
  return { accepted, client };
}

/** A thread that says it is there, and then what its one recv has returned. */
function blockedRecv(t: TestContext, fd: number): Worker {
  return blockedThread(
    t,
    fd,
    `say({}); const n = libc.recv(fd, libc.addressOf(bytes), 64, 0);
     say({ text: Buffer.from(bytes.subarray(0, n)).toString() });`,
  );
}

/** Runs `body` in a thread with a descriptor of ours. */
function blockedThread(t: TestContext, fd: number, body: string): Worker {
  const module = new URL('../../src/base/libc.js', import.meta.url).href;
  const program = `
    import { parentPort, workerData as fd } from 'node:worker_threads';
    import * as libc from ${JSON.stringify(module)};
    const say = (message) => parentPort.postMessage(message);
    const bytes = new Uint8Array(1_000_000), flags = libc.MSG_NOSIGNAL;
    ${body}`;
  const url = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
  const worker = new Worker(url, { workerData: fd });
  t.after(() => {
    // Or terminate() would wait for a call that never returns.
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
