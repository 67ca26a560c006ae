/**
 * The open loop: what it offers and counts, against servers in this process or in one of their own.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { Histogram, type HistogramJson } from '../../../../src/base/histogram.js';
import type { OpenLoopJob } from '../../../../bench/generator/protocol/jobs.js';
import { startGenerator, type Generator } from '../../../../bench/generator/handle.js';
import { noErrors } from '../../../../bench/generator/protocol/error-kinds.js';
import type { OpenLoopResult } from '../../../../bench/generator/protocol/results.js';
import { eventually } from '../../../support/eventually.js';
import { serve, serveInProcess } from '../../../support/bench/raw-echo.js';

const CLIENTS = 4;
/** Requests in a window of 100 ms. */
const OFFERED = 200;

function countFrom(leastMs: number, latency: HistogramJson): number {
  return latency.buckets.reduce(
    (sum, [highestNs, count]) => sum + (highestNs >= leastMs * 1e6 ? count : 0),
    0,
  );
}

/** Every request is in exactly one of three counts, and in the histograms accordingly. */
function assertAllCounted(result: OpenLoopResult): void {
  assert.equal(result.answered + result.unanswered + result.unsent, result.offered);
  assert.equal(result.corrected.count, result.offered);
  assert.equal(result.uncorrected.count, result.answered + result.unanswered);
}

function stateOf(pid: number): string | undefined {
  return readFileSync(`/proc/${pid}/status`, 'latin1').match(/^State:\s+(\w)/m)?.[1];
}

describe('the open loop', { skip: process.platform !== 'linux' && 'epoll is Linux only' }, () => {
  let generator: Generator;
  before(async () => {
    generator = await startGenerator();
  });
  after(() => generator.stop());

  function offer(port: number, options: Partial<OpenLoopJob> = {}) {
    return generator.openLoop({
      ...{ port, clients: CLIENTS, requestsPerSecond: 2000, durationMs: 100 },
      ...options,
    });
  }

  it('offers Poisson arrivals, whose number is random but the same for the same seed', async (test) => {
    const port = await serve(test, (socket) => socket.pipe(socket));
    const poisson = { arrivals: 'poisson', warmUpMs: 50 } as const;
    const one = await offer(port, { ...poisson, seed: 1 });
    assert.equal(one.answered, one.offered);
    assertAllCounted(one);
    assert.equal((await offer(port, { ...poisson, seed: 1 })).offered, one.offered);
    assert.notEqual((await offer(port, { ...poisson, seed: 2 })).offered, one.offered);
  });

  it('offers its rate evenly to all connections, without errors from a correct server', async (test) => {
    const port = await serve(test, (socket) => socket.pipe(socket));
    const result = await offer(port, { warmUpMs: 50, serverPid: process.pid });
    assert.equal(result.offered, OFFERED);
    assert.equal(result.answered, OFFERED);
    assert.deepEqual(result.errors, noErrors());
    assert.equal(result.clientsServed, CLIENTS);
    assert.equal(result.clientsUnanswered, 0);
    assert.equal(result.jain, 1);
    assert.ok(result.answeredInWindow <= OFFERED);
    assert.ok(result.lag.count > 0 && result.lag.count <= OFFERED);
    assert.ok(result.longestTurnNs > 0);
    assert.ok((result.server?.threads ?? 0) > 1);
    assertAllCounted(result);
  });

  it('sends unique payloads, one at a time on each connection', async (test) => {
    const seen = new Set<string>();
    const port = await serve(test, (socket) =>
      socket.on('data', (bytes) => {
        assert.equal(bytes.length, 32);
        seen.add(bytes.toString('latin1'));
        setImmediate(() => socket.write(bytes));
      }),
    );
    await offer(port, { messageBytes: 32 });
    assert.equal(seen.size, OFFERED + CLIENTS);
  });

  it('measures latency from the due time and, apart, from the actual send', async (test) => {
    const port = await serve(test, (socket) =>
      socket.on('data', (bytes) => setTimeout(() => socket.write(bytes), 20)),
    );
    const result = await offer(port, { clients: 1, requestsPerSecond: 400 });
    assert.equal(result.answered, 40);
    // Request k is due after 2.5 k ms but is sent after some 20 k ms: 340 ms late on average.
    const means = [result.corrected, result.uncorrected].map(
      (json) => Histogram.fromJSON(json).meanNs / 1e6,
    );
    assert.ok(
      (means[0] ?? 0) - (means[1] ?? 0) > 250,
      `corrected and not: ${means.join(' and ')} ms`,
    );
    assert.ok(result.uncorrected.minNs > 15e6);
    // At most the first connection was free. The other requests waited for the server.
    assert.ok(result.lag.count <= 1);
    assertAllCounted(result);
  });

  it('counts unanswered and unsent requests with the time they have waited', async (test) => {
    const port = await serve(test, (socket) => socket.once('data', (bytes) => socket.write(bytes)));
    const result = await offer(port, { drainMs: 100 });
    assert.equal(result.answered, 0);
    assert.equal(result.unanswered, CLIENTS);
    assert.equal(result.unsent, OFFERED - CLIENTS);
    assert.deepEqual(result.errors, { ...noErrors(), timeout: CLIENTS });
    assert.ok(result.corrected.minNs >= 100e6);
    assert.ok(result.corrected.maxNs >= 199e6);
    assert.equal(result.jain, 0);
    assertAllCounted(result);
  });

  it('counts requests of clients without any answer as unsent, not as errors', async (test) => {
    const port = await serve(test, (socket, connection) => {
      if (connection === 0) socket.pipe(socket);
      else socket.resume();
    });
    const result = await offer(port);
    assert.deepEqual(result.errors, noErrors());
    assert.equal(result.clientsUnanswered, CLIENTS - 1);
    assert.equal(result.clientsServed, 1);
    assert.equal(result.answered, OFFERED / CLIENTS);
    assert.equal(result.unsent, OFFERED - OFFERED / CLIENTS);
    assertAllCounted(result);
  });

  it('forgets requests that the warm-up postponed', async (test) => {
    let requests = 0;
    const port = await serve(test, (socket) =>
      socket.on('data', (bytes) => {
        requests += 1;
        // The only request of the warm-up is answered after it: in the window or its drain.
        if (requests === 2) setTimeout(() => socket.write(bytes), 200);
        else socket.write(bytes);
      }),
    );
    const result = await offer(port, { clients: 1, warmUpMs: 20, durationMs: 200 });
    assert.equal(result.offered, 400);
    assert.equal(result.answered, 400);
    assert.equal(requests, 402);
    assertAllCounted(result);
  });

  it('counts every request of a rate that no server can serve', async (test) => {
    const port = await serve(test, (socket) => socket.pipe(socket));
    const result = await offer(port, { requestsPerSecond: 3_000_000, drainMs: 50 });
    assert.equal(result.offered, 300_000);
    assert.ok(result.unsent > 0);
    assertAllCounted(result);
  });

  it('pauses and continues a server, and measures the requests meanwhile from their due times', async (test) => {
    const { pid, port } = await serveInProcess(test);
    const result = await offer(port, {
      ...{ durationMs: 350, serverPid: pid, pause: { afterMs: 50, forMs: 200 } },
    });
    assert.equal(result.answered, 700);
    assert.deepEqual(result.errors, noErrors());
    // 200 requests were due in the first half of the pause, and only one per connection was sent.
    assert.ok(countFrom(95, result.corrected) >= 200, `${countFrom(95, result.corrected)} late`);
    assert.ok(countFrom(95, result.uncorrected) < countFrom(95, result.corrected));
    assert.notEqual(stateOf(pid), 'T');
    assertAllCounted(result);
  });

  it('continues the server when the generator is killed during a pause', async (test) => {
    const { pid, port } = await serveInProcess(test);
    const doomed = await startGenerator();
    const job = doomed.openLoop({
      ...{ port, clients: 1, requestsPerSecond: 100, durationMs: 60_000 },
      ...{ serverPid: pid, pause: { afterMs: 0, forMs: 60_000 } },
    });
    const rejected = assert.rejects(job, /ended \(SIGKILL\)/);
    await eventually('the server to be stopped', () => stateOf(pid) === 'T' || undefined);
    await doomed.stop();
    await rejected;
    await eventually('the server to go on', () => stateOf(pid) !== 'T' || undefined);
  });

  it('rejects a rate of 0, and a pause without a process or beyond the window', async () => {
    await assert.rejects(offer(1, { requestsPerSecond: 0 }), /above 0 requests a second, not 0/);
    const pause = { afterMs: 50, forMs: 40 };
    await assert.rejects(offer(1, { pause }), /needs the process id/);
    await assert.rejects(
      offer(1, { serverPid: process.pid, durationMs: 80, pause }),
      /not within a window of 80 ms/,
    );
  });
});
