/** The client of daytime, over streams and by datagrams. */
import assert from 'node:assert/strict';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { getTime, getTimeByDatagram } from '../../../src/clients/once/gettime.js';
import { StartError } from '../../../src/base/errors.js';
import { temporaryDirectory } from '../../support/handoff.js';
import { underEveryModel } from '../../support/models.js';
import { startRawServer, unusedPort } from '../../support/raw-server.js';
import { sharedServer, startServer, type Cleanup } from '../../support/server.js';

const PATIENT_MS = 30_000;
const host = '127.0.0.1';
const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/;

underEveryModel('gettime from daytime', (model) => {
  const server = sharedServer({ service: 'daytime', model });

  it('reads the line', async () => {
    assert.match(await getTime(server.address, PATIENT_MS), TIME);
  });
});

describe('gettime', { timeout: 60_000, concurrency: 4 }, () => {
  it('connects to a Unix-domain socket', async (t) => {
    const path = join(temporaryDirectory(t), 'socket');
    await startServer(t, { service: 'daytime', address: { path } });
    assert.match(await getTime({ path }, PATIENT_MS), TIME);
  });

  it('waits for a line that arrives in pieces, but not for the end of the connection', async (t) => {
    const port = await startRawServer(t, (socket) => {
      socket.write('12:', () => setImmediate(() => socket.write('34\r\nand more')));
    });
    assert.equal(await getTime({ host, port }, PATIENT_MS), '12:34');
  });

  it('escapes control characters', async (t) => {
    const port = await startRawServer(t, (socket) => void socket.end('12:34\u001b[2J\u0007'));
    assert.equal(await getTime({ host, port }, PATIENT_MS), '12:34␛[2J␇');
  });

  for (const [what, answer, complaint] of [
    ['nothing is said', '', 'the server closed the connection without an answer'],
    ['it is refused', 'ERR server full\n', 'the server says "ERR server full", which is no time'],
    [
      'a flood comes',
      'x'.repeat(100_000),
      `the server says "${'x'.repeat(100)}…", which is no time`,
    ],
  ] as const) {
    it(`fails in one line when ${what}`, async (t) => {
      const port = await startRawServer(t, (socket) => void socket.end(answer));
      await assertFails(getTime({ host, port }, PATIENT_MS), port, complaint);
    });
  }

  it('fails in one line when the server is silent, resets the connection, or does not listen', async (t) => {
    const silent = await startRawServer(t, () => undefined);
    await assertFails(getTime({ host, port: silent }, 50), silent, 'no answer for 50 ms');
    const reset = await startRawServer(t, (socket) => void socket.resetAndDestroy());
    await assertFails(
      getTime({ host, port: reset }, PATIENT_MS),
      reset,
      'the server reset the connection',
    );
    const unused = await unusedPort();
    const complaint = 'connection refused; is the server running?';
    await assertFails(getTime({ host, port: unused }, PATIENT_MS), unused, complaint);
  });
});

describe('gettime by datagrams', { timeout: 60_000, concurrency: 4 }, () => {
  it('returns the first answer', async (t) => {
    const port = await startDatagramServer(t, (server, from) =>
      server.send('12:34:56\n', from.port, from.address),
    );
    assert.equal(await getTimeByDatagram(host, port, PATIENT_MS), '12:34:56');
  });

  it('retries when a datagram is lost', async (t) => {
    let asked = 0;
    const port = await startDatagramServer(t, (server, from) => {
      if (++asked === 3) server.send('12:34', from.port, from.address);
    });
    assert.equal(await getTimeByDatagram(host, port, 1500), '12:34');
  });

  it('fails in one line on no answer, on an answer without a time, and on a closed port', async (t) => {
    const silent = await startDatagramServer(t, () => undefined);
    await assertFails(getTimeByDatagram(host, silent, 50), silent, 'no answer for 50 ms');
    const other = await startDatagramServer(t, (server, from) =>
      server.send('no', from.port, from.address),
    );
    const complaint = 'the server says "no", which is no time';
    await assertFails(getTimeByDatagram(host, other, PATIENT_MS), other, complaint);
    const gone = createSocket('udp4').bind(0, host);
    await once(gone, 'listening');
    const { port } = gone.address();
    await new Promise<void>((resolve) => gone.close(() => resolve()));
    const refused = 'connection refused; is the server running?';
    await assertFails(getTimeByDatagram(host, port, PATIENT_MS), port, refused);
  });
});

async function startDatagramServer(
  t: Cleanup,
  answer: (server: Socket, from: RemoteInfo) => void,
): Promise<number> {
  const server = createSocket('udp4').bind(0, host);
  t.after(() => void server.close());
  server.on('message', (_message, from) => answer(server, from));
  await once(server, 'listening');
  return server.address().port;
}

async function assertFails(work: Promise<unknown>, port: number, complaint: string): Promise<void> {
  await assert.rejects(work, new StartError(`127.0.0.1 port ${port}: ${complaint}`));
}
