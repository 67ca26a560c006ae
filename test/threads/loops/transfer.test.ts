/** Sockets that main transfers to workers: `--handoff transfer`, where Node can. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { handOffs } from '../../../src/serving/hand-off.js';
import { connectClient } from '../../support/client.js';
import { eventually } from '../../support/eventually.js';
import { fixture, startHandoff, temporaryDirectory } from '../../support/handoff.js';

const LOOPS = ['--model', 'worker-event-loops', '--handoff', 'transfer'];
const lacking = handOffs.transfer.lacking();

describe('a transferred socket', { timeout: 60_000, skip: lacking ?? false }, () => {
  it('is served to its end, and leaves no descriptor', async (t) => {
    const server = await startHandoff(t, ['echo', ...LOOPS, '--workers', '2']);
    const visit = async (count: number) => {
      const clients = await Promise.all(
        Array.from({ length: count }, () => connectClient(t, server)),
      );
      for (const [index, client] of clients.entries()) {
        await client.exchange(`hello ${index}`, `hello ${index}`);
        client.halfClose();
        await client.expectEnd();
      }
      await server.log.count('closed', server.log.of('accepted').length);
    };
    await visit(4);
    const { descriptors } = server;
    await visit(20);
    await eventually(
      'the descriptors of before',
      () => server.descriptors === descriptors || undefined,
    );
    assert.equal(server.log.one('listening').handOff, 'transfer');
    assert.ok(server.log.of('closed').every(({ reason, peer }) => reason === 'end' && peer));
    assert.deepEqual(await server.stop(), { status: 0, signal: null });
  });

  it('ends with its worker, also when that had not begun with it', async (t) => {
    const args = [fixture('deadly'), ...LOOPS, '--workers', '1'];
    const server = await startHandoff(t, args);
    const file = join(temporaryDirectory(t), 'now');
    const blocking = await connectClient(t, server);
    await blocking.exchange(`when ${file}\n`, 'waiting\n');
    const ahead = await connectClient(t, server);
    await server.log.next('accepted', { connection: 2 });
    writeFileSync(file, '');
    await blocking.readToEnd();
    await ahead.expectOver();
    await server.log.count('closed', 2);
    assert.equal(server.log.one('thread lost').clients, 2);
    await server.log.count('thread started', 2);
    const next = await connectClient(t, server);
    await next.exchange('next\n', 'next\n');
    assert.deepEqual(await server.stop(), { status: 0, signal: null });
    assert.deepEqual(
      server.log.of('closed').map(({ reason }) => reason),
      ['thread lost', 'thread lost', 'stopped'],
    );
  });
});
