/** Clients that send single bytes: a limit counts the memory that is kept, and not the bytes. */
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { startHandoff, type ServerProcess } from '../support/handoff.js';
import type { Cleanup } from '../support/server.js';

const CLIENTS = 40;
const BYTES_EACH = 5000;
const WARM_UP_BYTES = 300;
/** At 100 bytes of memory a byte, which a chunk of one byte takes, it would be 20 MB. */
const MOST_GROWN_KB = 12 * 1024;

it('a client that sends one byte a segment to a service that does not read costs little more memory than bytes', async (t) => {
  const server = await startHandoff(t, ['work', '--model', 'event-loop']);
  const sockets = await Promise.all(Array.from({ length: CLIENTS }, () => open(t, server)));
  for (const socket of sockets) socket.write('sleep 600000\n');
  let beforeKb = 0;
  let mostKb = 0;
  for (let sent = 0; sent < BYTES_EACH; sent++) {
    if (sent === WARM_UP_BYTES) beforeKb = server.residentKb;
    if (sent % 100 === 0) mostKb = Math.max(mostKb, server.residentKb);
    // All clients at once, so that the server reads each byte alone.
    for (const socket of sockets) socket.write(BYTE);
    await turn();
  }
  t.diagnostic(`${mostKb - beforeKb} kB more`);
  assert.ok(mostKb - beforeKb < MOST_GROWN_KB, `${mostKb - beforeKb} kB more`);
});

const BYTE = Buffer.from('a');

function open(t: Cleanup, { address }: ServerProcess): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...(address as { port: number }), noDelay: true });
    t.after(() => void socket.destroy());
    socket.once('connect', () => resolve(socket)).once('error', reject);
  });
}
