/** Clients of every kind that connect, and leave at once or after a message. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';

const CLIENTS_AT_ONCE = 16;

/** Runs clients in a few concurrent sequences. */
export async function runCycles(target: NetConnectOpts, cycles: number): Promise<void> {
  let started = 0;
  const row = async (index: number) => {
    // One source address for each sequence: a port stays in TIME_WAIT for a minute.
    const options = { ...target, localAddress: `127.0.0.${index + 1}` };
    for (let cycle = started++; cycle < cycles; cycle = started++) {
      const socket = connect(options);
      await once(socket, 'connect');
      await kinds[cycle % kinds.length]?.(socket, cycle);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS_AT_ONCE }, (_, index) => row(index)));
}

const kinds: ((socket: Socket, cycle: number) => Promise<unknown>)[] = [
  async function saysNothing(socket) {
    const closed = once(socket, 'close');
    socket.resume().end();
    await closed;
  },
  async function talks(socket, cycle) {
    const message = `message ${cycle}`;
    socket.write(message);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.equal(answer.toString(), message);
    const closed = once(socket, 'close');
    socket.end();
    await closed;
  },
  async function saysGoodbye(socket) {
    const closed = once(socket, 'close');
    socket.resume().end('and leaves before the answer');
    await closed;
  },
  async function resets(socket) {
    const closed = once(socket, 'close');
    socket.resetAndDestroy();
    await closed;
  },
  async function talksAndResets(socket, cycle) {
    socket.write(`message ${cycle}`);
    await once(socket, 'data');
    const closed = once(socket, 'close');
    socket.resetAndDestroy();
    await closed;
  },
];
