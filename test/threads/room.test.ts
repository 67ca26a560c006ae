/** How main waits for room in the send buffers of leased descriptors. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { addressOf } from '../../src/base/libc/call.js';
import * as libc from '../../src/base/libc/socket.js';
import { stopWaiting, waitForRoom, type Waiting } from '../../src/threads/room.js';
import { eventually } from '../support/eventually.js';

/** A client whose send buffer is full until it reads. */
class Full implements Waiting {
  readonly fd: number;
  readonly #peer: number;
  rooms = 0;

  constructor(t: TestContext) {
    [this.fd, this.#peer] = libc.bindSocketPair()(libc.SOCK_STREAM);
    t.after(() => {
      stopWaiting(this);
      for (const fd of [this.fd, this.#peer]) libc.close(fd);
    });
    this.#all((address, length) =>
      libc.send(this.fd, address, length, libc.MSG_DONTWAIT | libc.MSG_NOSIGNAL),
    );
  }

  read(): void {
    this.#all((address, length) => libc.recv(this.#peer, address, length, libc.MSG_DONTWAIT));
  }

  end(): void {
    libc.shutdown(this.fd, libc.SHUT_RDWR);
  }

  onRoom(): void {
    this.rooms++;
  }

  #all(call: (address: number, length: number) => number): void {
    const bytes = new Uint8Array(65_536);
    while (call(addressOf(bytes), bytes.length) > 0);
  }
}

describe('waiting for room', { timeout: 20_000 }, () => {
  it('wakes those clients that have read, once each, and those that are gone', async (t) => {
    const [reader, silent, gone] = [new Full(t), new Full(t), new Full(t)];
    for (const client of [reader, silent, gone]) {
      waitForRoom(client);
      waitForRoom(client);
    }
    reader.read();
    gone.end();
    await eventually('room', () => reader.rooms + gone.rooms === 2 || undefined);
    silent.read();
    await eventually('room', () => silent.rooms === 1 || undefined);
    assert.deepEqual([reader.rooms, silent.rooms, gone.rooms], [1, 1, 1]);
  });

  it('looks ever more rarely while no client reads, and has no timer when none waits', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const clients = Array.from({ length: 20 }, () => new Full(t));
    const timers = t.mock.method(globalThis, 'setTimeout');
    for (const client of clients) waitForRoom(client);
    assert.equal(timers.mock.callCount(), 1);
    for (let ms = 0; ms < 2000; ms++) t.mock.timers.tick(1);
    const looks = timers.mock.callCount();
    assert.ok(looks > 5 && looks < 60, `${looks} looks in two seconds for all of them`);
    for (const client of clients) stopWaiting(client);
    for (const client of clients) client.read();
    t.mock.timers.tick(1000);
    assert.equal(timers.mock.callCount(), looks);
    assert.ok(clients.every(({ rooms }) => rooms === 0));
  });
});
