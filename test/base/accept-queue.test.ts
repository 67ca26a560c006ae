import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { acceptQueueLength, parseAcceptQueueLength } from '../../src/base/accept-queue.js';

describe('parseAcceptQueueLength', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:1388 0100007F:8001 01 00000000:00000022 00:00000000 00000000     0        0 11 1 0 20 0 0 10 -1',
    '   1: 0100007F:1388 00000000:0000 0A 00000000:00001001 00:00000000 00000000     0        0 12 1 0 100 0 0 10 0',
    '  10: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 13 1 0 100 0 0 10 0',
    '',
  ].join('\n');

  it('reads the listener, not a connection of the same port', () => {
    assert.equal(parseAcceptQueueLength(table, 5000), 4097);
    assert.equal(parseAcceptQueueLength(table, 80), 0);
  });

  it('is undefined for a port without a listener', () => {
    assert.equal(parseAcceptQueueLength(table, 32_769), undefined);
  });

  it('finds an idle listener of this process', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    assert.equal(acceptQueueLength((server.address() as AddressInfo).port), 0);
    server.close();
  });
});
