/** The load generator in C counts right answers and fails at a wrong one. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { generatorPeer } from '../../../bench/contenders/generator-peer.js';
import { startRawServer, unusedPort } from '../../support/raw-server.js';

const peer = generatorPeer();
const missing =
  'missing' in peer ? peer.missing : process.platform !== 'linux' && 'epoll is Linux only';

describe('the load generator in C', { skip: missing }, () => {
  function load(port: number, pattern: 'echo' | 'churn' = 'echo') {
    if ('missing' in peer) throw new Error(peer.missing);
    return peer.run({ port, clients: 4, warmUpMs: 0, durationMs: 60, pattern });
  }

  it('sends a unique payload for every client and request, and counts the answers', async (test) => {
    const seen = new Set<string>();
    let received = 0;
    const port = await startRawServer(test, (socket) => {
      socket.on('end', () => socket.end());
      socket.on('data', (bytes) => {
        received += 1;
        seen.add(bytes.toString('latin1'));
        socket.write(bytes);
      });
    });
    const { requests, seconds, generatorCpuShare, p50Ns, p99Ns } = await load(port);
    assert.equal(seen.size, received);
    for (const payload of seen) assert.match(payload, /^[0-o]{63}\n$/);
    assert.ok(requests > 0 && requests <= received);
    assert.ok(seconds >= 0.06);
    assert.ok(generatorCpuShare >= 0 && generatorCpuShare <= 1.1);
    assert.ok(p50Ns > 0 && p50Ns <= p99Ns);
  });

  it('connects for every request of churn, from a different address for each client', async (test) => {
    const seen = new Set<string>();
    const sources = new Set<string | undefined>();
    let connections = 0;
    let received = 0;
    const port = await startRawServer(test, (socket) => {
      connections += 1;
      sources.add(socket.remoteAddress);
      socket.on('end', () => socket.end());
      socket.on('data', (bytes) => {
        received += 1;
        seen.add(bytes.toString('latin1'));
        socket.write(bytes);
      });
    });
    const { requests, p50Ns, p99Ns } = await load(port, 'churn');
    assert.equal(seen.size, received);
    assert.deepEqual([...sources].sort(), ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5']);
    assert.ok(requests > 0 && requests <= received && received <= connections);
    assert.ok(p50Ns > 0 && p50Ns <= p99Ns);
  });

  for (const pattern of ['echo', 'churn'] as const) {
    it(`assembles answers that come in pieces, in ${pattern}`, async (test) => {
      const port = await startRawServer(test, (socket) => {
        socket.on('end', () => socket.end());
        socket.on('data', (bytes) => {
          socket.write(bytes.subarray(0, 7));
          setImmediate(() => socket.write(bytes.subarray(7)));
        });
      });
      assert.ok((await load(port, pattern)).requests > 0);
    });

    it(`fails when an answer is wrong, too long, or missing, in ${pattern}`, (test) =>
      assertFaultsFail(test, pattern));
  }

  async function assertFaultsFail(test: TestContext, pattern: 'echo' | 'churn'): Promise<void> {
    const changed = await startRawServer(test, (socket) =>
      socket.on('data', (bytes) => {
        bytes[40] = (bytes[40] ?? 0) ^ 1;
        socket.write(bytes);
      }),
    );
    await assert.rejects(load(changed, pattern), /other bytes/);
    const surplus = await startRawServer(test, (socket) =>
      socket.on('data', (bytes) => socket.write(Buffer.concat([bytes, Buffer.from('x')]))),
    );
    await assert.rejects(load(surplus, pattern), /other bytes/);
    const closing = await startRawServer(test, (socket) => socket.on('data', () => socket.end()));
    await assert.rejects(load(closing, pattern), /closed a connection/);
    await assert.rejects(load(await unusedPort(), pattern), /Connection refused/);
  }
});
