import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseListenCounters } from '../../../bench/lib/listen-queue.js';

describe('parseListenCounters', () => {
  const netstat = [
    'TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPHPHits',
    'TcpExt: 3 2047 2051 99',
    'IpExt: InNoRoutes InOctets',
    'IpExt: 0 123456',
    '',
  ].join('\n');

  it('finds each counter in the column of its name', () => {
    assert.deepEqual(parseListenCounters(netstat), { overflows: 2047, drops: 2051 });
  });

  it('names a counter that the kernel lacks', () => {
    assert.throws(
      () => parseListenCounters(netstat.replace('ListenDrops', 'Other')),
      /no ListenDrops/,
    );
    assert.throws(() => parseListenCounters(''), /no ListenOverflows/);
  });
});
